import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ROOT } from './_host.ts';

export const PROVIDE = join(ROOT, 'launch/qemu/image/provide');
export const HAS = join(ROOT, 'launch/qemu/image/has');

/**
 * Makes guest images in this machine's own cache, once for all tests; hosts with `images: 'shared'` have them.
 * @returns their folders, by name.
 */
export async function imagesOfThisMachine(
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const links = await mkdtemp(join(tmpdir(), 'benito-images-'));
  try {
    const found: [string, string][] = [];
    for (const name of names) {
      await promisify(execFile)(PROVIDE, [name, join(links, name)], { maxBuffer: 1 << 24 });
      const { stdout } = await promisify(execFile)('readlink', [join(links, name)]);
      found.push([name, stdout.trim()]);
    }
    return Object.fromEntries(found);
  } finally {
    await rm(links, { recursive: true });
  }
}

/** A shell script for an initrd to start in the place of its own; `rdinit=/first` on the kernel's command line. */
export function initrdLayer(script: string): Buffer {
  const name = 'first\0';
  const field = (value: number): string => value.toString(16).padStart(8, '0');
  const header = (mode: number, size: number, length: number): string =>
    `070701${[1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, length, 0].map(field).join('')}`;
  const padded = (text: string): string => text + '\0'.repeat((4 - (Buffer.byteLength(text) % 4)) % 4);
  const body = Buffer.byteLength(script);
  const file = padded(header(0o100755, body, name.length) + name) + padded(script);
  const end = padded(`${header(0, 0, 11)}TRAILER!!!\0`);
  return gzipSync(Buffer.from(file + end));
}
