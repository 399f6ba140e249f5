import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and the parents that it lacks, one by one: Node's own recursive mkdir never returns where the
 * kernel refuses a parent with ENOENT, as /proc does.
 * @throws what mkdir(2) says, of the first that cannot be made.
 */
export function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path));
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody else was first
  }
}
