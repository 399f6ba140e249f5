import { readFileSync } from 'node:fs';

/** When this host was started (proc(5), btime). */
export function bootTime(): Date {
  const [, seconds] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  return new Date(Number(seconds) * 1000);
}
