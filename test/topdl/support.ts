import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isUserError } from '../../engine/model/problem.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/topdl/', import.meta.url));

/** The names of the corpus' TopDL files; none where the corpus is not at hand. */
export function corpusFiles(): readonly string[] {
  try {
    return readdirSync(CORPUS)
      .filter((name) => name.endsWith('.xml'))
      .sort();
  } catch {
    return [];
  }
}

/** A file of the corpus. */
export function corpusText(name: string): string {
  return readFileSync(`${CORPUS}${name}`, 'utf8');
}

/** The message of the `UserError` that `action` throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
