import { closeSync, existsSync, openSync } from 'node:fs';
import { cgroupRoot } from '../../host/cgroup.ts';
import { isUserError } from '../../model/problem.ts';
import { failing, ok, unknown, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { isRoot, output, textOf } from './look.ts';

const NAMESPACES = ['net', 'mnt', 'uts', 'pid'];

/** What the kernel must be able to do. */
export const kernelChecks: readonly Check[] = [
  {
    name: 'TUN',
    look() {
      if (!existsSync('/dev/net/tun')) {
        return failing('there is no /dev/net/tun: nodes get no interfaces', 'modprobe tun');
      }
      if (!isRoot()) return unknown('/dev/net/tun is there; whether it opens only root can tell');
      try {
        closeSync(openSync('/dev/net/tun', 'r+'));
        return ok('/dev/net/tun opens');
      } catch (error) {
        return failing(`/dev/net/tun does not open: ${(error as Error).message}`, 'modprobe tun');
      }
    },
  },
  {
    name: 'namespaces',
    look() {
      const missing = NAMESPACES.filter((name) => !existsSync(`/proc/self/ns/${name}`));
      if (missing.length > 0) return failing(`the kernel has no ${missing.join(', ')} namespaces`);
      if (!isRoot()) return unknown('the kernel has namespaces; whether they may be made only root can tell');
      if (output('unshare', '--net', '--mount', '--uts', '--pid', '--fork', '--', 'true') !== undefined) {
        return ok(`${NAMESPACES.join(', ')} can be made`);
      }
      return failing(
        'namespaces cannot be made',
        'unshare --net --mount --uts --pid --fork -- true  # says why',
      );
    },
  },
  {
    name: 'cgroups',
    look(): readonly Finding[] {
      let root: string;
      try {
        root = cgroupRoot();
      } catch (error) {
        if (!isUserError(error)) throw error;
        const [problem] = error.problems;
        return [failing(problem!.message, problem!.hint)];
      }
      const there = ok(`version 2 at ${root}`);
      // In the root cgroup there is none.
      const below = textOf('/proc/self/cgroup')
        ?.split('\n')
        .find((line) => line.startsWith('0::/') && line !== '0::/');
      const [major = 0, minor = 0] = (textOf('/proc/sys/kernel/osrelease') ?? '')
        .split('.')
        .map(Number.parseFloat);
      const canKill = below
        ? existsSync(`${root}${below.slice(3)}/cgroup.kill`)
        : major > 5 || (major === 5 && minor >= 14);
      return canKill
        ? [there]
        : [
            there,
            warning('no cgroup.kill before Linux 5.14: processes are killed one by one, which is slower'),
          ];
    },
  },
];
