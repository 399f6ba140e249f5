import { readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../model/problem.ts';

/** Where this machine has cgroups of version 2. @throws UserError where it has none. */
export function findCgroup2(): string {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((one) => one.includes(' - cgroup2 '))
    .map((one) => one.split(' ')[4]!);
  const found = line.find((path) => path.startsWith('/sys/fs/cgroup')) ?? line[0];
  if (found === undefined) {
    throw new UserError({
      code: 'no-cgroup2',
      message: 'a throw-away host needs cgroups of version 2, and this machine has mounted none',
      hint: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
    });
  }
  return found;
}

/** Where this machine has the controllers of limits in version 1 of cgroups. */
export function limitingMounts(): readonly string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - cgroup '))
    .filter((line) => /(^|,)(memory|cpu|pids)(,|$)/.test(line.split(' ').at(-1)!))
    .map((line) => line.split(' ')[4]!);
  return [...new Set(mounts)];
}

/** Whether a cgroup, with those below it, is gone now. */
export function removed(cgroup: string): boolean {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory() && !removed(join(cgroup, entry.name))) return false;
    }
    rmdirSync(cgroup);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
