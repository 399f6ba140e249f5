import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigFile, ConfigReader } from './files.ts';

/** Reads the config directory as it is on disk. */
export function diskReader(configDir: string): ConfigReader {
  return {
    read(path) {
      const file = join(configDir, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    list(folder) {
      const directory = join(configDir, folder);
      return existsSync(directory) ? readdirSync(directory).sort() : [];
    },
  };
}

/** Reads files that are planned and not yet written. */
export function plannedReader(files: readonly ConfigFile[]): ConfigReader {
  const contents = new Map(files.map(({ path, content }) => [path, content]));
  return {
    read: (path) => contents.get(path),
    list: (folder) =>
      [...contents.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
        .sort(),
  };
}
