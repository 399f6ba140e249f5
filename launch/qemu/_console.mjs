import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/**
 * What a guest writes on its serial line from now on, by the log that QEMU keeps of it.
 * @param {string} path
 */
export function watchConsole(path) {
  const start = existsSync(path) ? statSync(path).size : 0;
  const read = () => {
    if (!existsSync(path)) return '';
    const length = statSync(path).size - start;
    if (length <= 0) return '';
    const buffer = Buffer.alloc(length);
    const fd = openSync(path, 'r');
    try {
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, length, start)).replaceAll('\r', '');
    } finally {
      closeSync(fd);
    }
  };
  return {
    read,
    /** What the guest itself says went wrong, or its kernel. */
    complaint: () =>
      /^benito: error: (.*)$/m.exec(read())?.[1] ?? /^(?:\[.*?\] )?(Kernel panic .*)$/m.exec(read())?.[1],
    /** For messages. */
    lastLines: (count) => read().trimEnd().split('\n').slice(-count).join('\n'),
  };
}
