import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A lock that the kernel holds for this process: it is gone when the process is, however it ends. */
export interface Lock {
  /** Gives it back and removes its file. */
  release(): void;
}

/**
 * Takes the lock of a file (flock), waiting up to `waitMs`.
 * @param holder what is written into the file, for those who find it taken.
 * @returns the lock, or who holds it.
 */
export function takeLock(file: string, holder: string, waitMs: number): Lock | { readonly heldBy: string } {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const fd = openInFolder(file);
    if (fd === undefined) continue;
    const remaining = Math.max(0, deadline - Date.now()) / 1000;
    // flock(2) belongs to the open file, which the child shares: it stays locked when the child has ended.
    const { status, error } = spawnSync('flock', ['--exclusive', '--timeout', String(remaining), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    if (error) {
      closeSync(fd);
      throw error;
    }
    if (status !== 0) {
      const heldBy = readFileSync(file, 'utf8').trim();
      closeSync(fd);
      return { heldBy: heldBy || 'another process' };
    }
    if (isSameFile(fd, file)) {
      writeHolder(fd, holder);
      return {
        release(): void {
          unlinkSync(file);
          closeSync(fd);
        },
      };
    }
    // Its last holder removed the file while we waited: the lock is on the new one.
    closeSync(fd);
  }
}

/** A courtesy: where there is no room for it, the lock is one all the same, and `down` can make room. */
function writeHolder(fd: number, holder: string): void {
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, `${holder}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Who holds a lock of ours, by what it wrote into the file; undefined where nobody does that is alive. */
export function lockHolder(file: string): number | undefined {
  try {
    const [, pid] = /^process (\d+)/.exec(readFileSync(file, 'utf8')) ?? [];
    return pid !== undefined && existsSync(`/proc/${pid}`) ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where another process removed the folder, which was empty, just then. */
function openInFolder(file: string): number | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  try {
    return openSync(file, 'a+', 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isSameFile(fd: number, file: string): boolean {
  try {
    return fstatSync(fd).ino === statSync(file).ino;
  } catch {
    return false;
  }
}
