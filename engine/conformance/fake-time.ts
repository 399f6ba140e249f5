import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The library that shifts a program's clock, Debian's `faketime`; undefined where it is not installed. */
export function fakeTime(): string | undefined {
  const folders = readdirSync('/usr/lib').filter((name) => name.includes('-linux-'));
  return ['', ...folders]
    .map((folder) => join('/usr/lib', folder, 'faketime'))
    .flatMap((folder) => (list(folder).includes(LIBRARY) ? [join(folder, LIBRARY)] : []))[0];
}

const LIBRARY = 'libfaketime.so.1';

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
