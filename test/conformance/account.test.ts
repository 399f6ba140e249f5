import { expect, test } from '@jest/globals';
import { accountOf } from '../../engine/conformance/account.ts';
import type { Plan } from '../../engine/plan/plan.ts';

const experiment = {
  id: '3612fafa',
  varDir: '/var/lab',
  configDir: '/var/lab/config',
  logDir: '/var/lab/log',
  stateDir: '/run/benito-pipeline/3612fafa',
};
const effects = [
  { kind: 'file', name: '/etc/mine.conf', spec: { path: '/etc/mine.conf', content: 'x' } },
  { kind: 'bridge', name: 'benito-3612fafa', spec: { device: 'benito-3612fafa' } },
  { kind: 'netns', name: 'conformance.lab.alpha', spec: { name: 'conformance.lab.alpha' } },
  { kind: 'sysctl', name: 'net/unix/max_dgram_qlen', spec: { key: 'net/unix/max_dgram_qlen', atLeast: 512 } },
  { kind: 'process', name: 'guest', spec: { argv: ['sh', '-c', 'exec guest --dir=/var/lab/guests/a'] } },
];
const runs = new Map([
  ['17', true],
  ['18', false],
]);
const account = accountOf({ experiment, effects } as unknown as Plan, runs);

test.each([
  ['files: new: /.changes/etc/mine.conf: -rw-r--r-- 0:0 1 bytes of 2', true],
  ['files: new: /.changes/etc/other.conf: -rw-r--r-- 0:0 1 bytes of 2', false],
  ['files: new: /var/lab/guests/a/disk: -rw-r--r-- 0:0 1 bytes of 2', true],
  ['files: new: /var/lab/guests/b: drwxr-xr-x 0:0', false],
  ['files: new: /var/lab/journal/journal.jsonl: -rw------- 0:0 1 bytes of 2', true],
  ['files: new: /var/lab/stray: -rw------- 0:0 1 bytes of 2', false],
  ['files: new: /run/netns/conformance.lab.alpha: -r--r--r-- 0:0 0 bytes of 1', true],
  ['files: new: /tmp/stray: -rw-r--r-- 0:0 1 bytes of 2', false],
  ['files: gone: /etc/mine.conf: -rw-r--r-- 0:0 1 bytes of 2', false],
  ['links: new: benito-3612fafa: bridge 02:00:00:00:00:01 up mtu 1500 master -', true],
  ['links: new: stray0: veth 02:00:00:00:00:01 up mtu 1500 master -', false],
  ['sysctls: new: net/ipv4/conf/benito-3612fafa/rp_filter: 1', true],
  ['sysctls: changed: net/ipv4/ip_forward: 0 -> 1', false],
  ['sysctls: changed: net/unix/max_dgram_qlen: 10 -> 512', true],
  ['routes: new: -4 10.2.0.0/16 dev stray0', false],
  ['named network namespaces: new: conformance.lab.alpha', true],
  ['processes: new: 17 started 5: guest (parent 1)', true],
  ['processes: new: 18 started 5: stray (parent 1)', false],
  ['processes: new: 18 started 5: a child that left the cgroup (parent 17)', false],
  ['processes: new: 19 started 5: a child that has ended since (parent 17)', true],
  ['cgroups: new: /sys/fs/cgroup/benito-pipeline/3612fafa/live/guest', true],
  ['cgroups: new: /sys/fs/cgroup/stray', false],
])('%s', (line, explained) => {
  expect(account.explains(line)).toBe(explained);
});
