import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './_host.ts';

/** Makes the default root of containers in this machine's own cache, once for all tests; gives its path. */
export async function rootOfThisMachine(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'benito-root-'));
  try {
    const link = join(folder, 'debian');
    await promisify(execFile)(join(ROOT, 'launch/oci/image/provide'), ['debian', link], {
      maxBuffer: 1 << 24,
    });
    return (await promisify(execFile)('readlink', [link])).stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}
