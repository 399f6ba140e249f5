import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/** Reads a file that grows, line by line. */
export interface Tail {
  /** The lines that have come since. `last`: also one that has no end yet. */
  read(last: boolean): Iterable<string>;
}

const CHUNK = 1 << 20;

/** A file that is not there yet, or not known, has no lines. */
export function tailOf(path: string | undefined): Tail {
  let position = 0;
  const decoder = new TextDecoder();
  let rest = '';
  return {
    *read(last) {
      if (path !== undefined && existsSync(path)) {
        const fd = openSync(path, 'r');
        try {
          const chunk = Buffer.alloc(CHUNK);
          for (let count = readSync(fd, chunk, 0, CHUNK, position); count > 0;) {
            position += count;
            const lines = (rest + decoder.decode(chunk.subarray(0, count), { stream: true })).split('\n');
            rest = lines.pop()!;
            yield* lines;
            count = readSync(fd, chunk, 0, CHUNK, position);
          }
        } finally {
          closeSync(fd);
        }
      }
      if (last && rest !== '') {
        yield rest;
        rest = '';
      }
    },
  };
}
