import { readFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/**
 * The folder of this package, where `setup/`, `launch/` and `config/` are: the nearest one above this module whose
 * `package.json` is named `benito-pipeline`. The same from source, from the compiled copy and under Jest.
 * @throws Error when the module has been taken out of its package.
 */
export function packageRoot(): string {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function search(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (packageName(folder) === 'benito-pipeline') return folder;
    if (folder === parse(folder).root) {
      throw new Error(`no package.json named benito-pipeline in ${start} or above it`);
    }
  }
}

function packageName(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined; // none here, or not JSON: not ours
  }
}
