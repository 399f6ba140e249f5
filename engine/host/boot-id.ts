import { readFileSync } from 'node:fs';

/** Changes with every boot: what a journal of another boot says was made is gone, but for files. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
