import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import type { Io } from '../io.ts';

/** `routes CONFIG_DIR [HOSTNAME]`: the script that nodes without this program run, with its exit code. */
export async function routes(configDir: string, hostname: string | undefined, _io: Io): Promise<number> {
  const script = join(packageRoot(), 'launch', 'routes');
  const args = [script, configDir, ...(hostname === undefined ? [] : [hostname])];
  const { status, signal, error } = spawnSync('sh', args, { stdio: 'inherit' });
  if (error) throw error;
  return signal ? 128 + constants.signals[signal] : (status ?? 1);
}
