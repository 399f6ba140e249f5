import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file beside a stage's own, for effects and probes that run it.
 * @param stage the stage's `import.meta.url`.
 * @param name relative to its folder: `_start.sh`, `../routes`.
 */
export function fileBeside(stage: string, name: string): string {
  return join(dirname(fileURLToPath(stage)), name);
}
