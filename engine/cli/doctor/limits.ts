import { ok, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { sysctl, textOf } from './look.ts';

interface Limit {
  readonly name: string;
  readonly sysctl: string;
  /** What a thousand nodes want. */
  readonly enough: number;
  readonly use: string;
}

const LIMITS: readonly Limit[] = [
  {
    name: 'processes',
    sysctl: 'kernel.pid_max',
    enough: 32768,
    use: 'a node is about three processes and one an interface',
  },
  { name: 'threads', sysctl: 'kernel.threads-max', enough: 16384, use: 'all processes of the host count' },
  { name: 'open files', sysctl: 'fs.file-max', enough: 100_000, use: 'switches hold a socket a port' },
  {
    name: 'inotify',
    sysctl: 'fs.inotify.max_user_instances',
    enough: 128,
    use: 'programs in nodes share it with the host',
  },
  { name: 'net namespaces', sysctl: 'user.max_net_namespaces', enough: 2000, use: 'one a node' },
  { name: 'mount namespaces', sysctl: 'user.max_mnt_namespaces', enough: 2000, use: 'one a node' },
  { name: 'PID namespaces', sysctl: 'user.max_pid_namespaces', enough: 2000, use: 'one a node' },
];

/** How much of everything the host allows. */
export const limitChecks: readonly Check[] = [
  ...LIMITS.map(({ name, sysctl: key, enough, use }): Check => ({
    name,
    look(): Finding {
      const value = sysctl(key);
      if (value === undefined) return ok(`no limit ${key}`);
      if (value >= enough) return ok(`${key} is ${value}`);
      return warning(`${key} is ${value}: low for a thousand nodes (${use})`, `sysctl -w ${key}=${enough}`);
    },
  })),
  {
    name: 'files a process',
    look() {
      const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(textOf('/proc/self/limits') ?? '')?.[1];
      if (limit === undefined || limit === 'unlimited' || Number(limit) >= 4096)
        return ok(`up to ${limit ?? 'unlimited'}`);
      return warning(`up to ${limit}: a switch of a large LAN needs two a port`, 'ulimit -Hn 65536');
    },
  },
];
