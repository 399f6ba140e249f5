import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ConfigFile } from '../config/files.ts';

/** What closing stages see of the files of the config directory. */
export function fileFacts(
  files: readonly ConfigFile[],
  configDir: string,
): readonly { path: string; sha256: string }[] {
  return files.map(({ path, content }) => ({
    path: join(configDir, path),
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
}
