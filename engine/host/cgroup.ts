import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../model/problem.ts';

/**
 * Cgroups (version 2, no controllers) hold the lifetimes of processes: whoever is born in one can be found and killed
 * with all its offspring, whatever became of its process id.
 */
let mountPoint: string | undefined;

/**
 * Where the cgroup v2 hierarchy is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside version 1.
 * @throws UserError where there is none.
 */
export function cgroupRoot(): string {
  mountPoint ??= findMount();
  if (mountPoint !== undefined) return mountPoint;
  throw new UserError({
    code: 'no-cgroup-v2',
    message: 'this host has no cgroup v2 hierarchy mounted, which holds the lifetimes of processes',
    hint: 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified',
  });
}

/** The cgroup of everything that belongs to one experiment. */
export function experimentCgroup(experimentId: string): string {
  return join(cgroupRoot(), 'benito-pipeline', experimentId);
}

/** Makes a cgroup with its parents. */
export function makeCgroup(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Whether a living process is in it or below it. False where there is none. */
export function isPopulated(path: string): boolean {
  try {
    return readFileSync(join(path, 'cgroup.events'), 'utf8').includes('populated 1');
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** The process ids in it, not below it. */
export function processesOf(path: string): readonly number[] {
  try {
    return readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * Kills everything in these cgroups, waits until they are empty, and removes them with what is below them.
 * @returns those that are still populated after `timeoutMs` (a process in uninterruptible sleep, say).
 */
export async function destroyCgroups(
  paths: readonly string[],
  timeoutMs = 10_000,
): Promise<readonly string[]> {
  const deadline = Date.now() + timeoutMs;
  let left = paths.filter(existsSync);
  for (let pause = 1; left.length > 0; pause = Math.min(pause * 2, 50)) {
    left.forEach(kill);
    left = left.filter((path) => !remove(path));
    if (left.length === 0 || Date.now() > deadline) break;
    await sleep(pause);
  }
  return left;
}

/** Removes the parents that experiments share, if nobody is in them. */
export function removeEmptyParent(): void {
  remove(join(cgroupRoot(), 'benito-pipeline'), { onlyIfChildless: true });
}

function kill(path: string): void {
  try {
    writeFileSync(join(path, 'cgroup.kill'), '1');
  } catch (error) {
    if (isGone(error)) killEach(path);
    else throw error;
  }
}

/** For kernels before 5.14, which have no cgroup.kill. */
function killEach(path: string): void {
  if (!existsSync(path)) return;
  for (const child of childrenOf(path)) killEach(child);
  for (const pid of processesOf(path)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function remove(path: string, options: { onlyIfChildless?: boolean } = {}): boolean {
  try {
    if (!options.onlyIfChildless) for (const child of childrenOf(path)) if (!remove(child)) return false;
    rmdirSync(path);
    return true;
  } catch (error) {
    if (isGone(error)) return true;
    if (['EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function childrenOf(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

function findMount(): string | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - cgroup2 '))
    .map((line) => line.split(' ')[4]!);
  return mounts.find((path) => path.startsWith('/sys/fs/cgroup')) ?? mounts[0];
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '');
}
