import { execFile } from 'node:child_process';
import { mkdtemp, readlink, rm } from 'node:fs/promises';
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
  const found: [string, string][] = [];
  for (const name of names) found.push([name, await provided(PROVIDE, name)]);
  return Object.fromEntries(found);
}

/** The default root of containers there; its path. */
export function rootOfContainers(): Promise<string> {
  return provided(join(ROOT, 'launch/oci/image/provide'), 'debian');
}

/** The root of User-Mode Linux guests there; its path. */
export function rootOfUml(): Promise<string> {
  return provided(join(ROOT, 'launch/uml/image/provide'));
}

/** What a program makes a link lead to, whose name is its last word. */
async function provided(program: string, ...words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'benito-images-'));
  try {
    const link = join(folder, 'link');
    await promisify(execFile)(program, [...words, link], { maxBuffer: 1 << 24 });
    return await readlink(link);
  } finally {
    await rm(folder, { recursive: true });
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
