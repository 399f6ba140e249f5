import { codecs } from '../config/files.ts';
import type { Stage } from '../stage/order.ts';

/**
 * The facts of a platform's stage of setup that the config directory keeps for the platform's stages of launch: all
 * that it alone provides, and that have no files of their own.
 */
export function keptForLaunch({ phase, platform, definition }: Stage): readonly string[] {
  if (phase !== 'setup' || platform === undefined) return [];
  const { provides = [], many = [] } = definition;
  return provides.filter((name) => !many.includes(name) && !(name in codecs));
}
