import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost, until } from './_host.ts';
import type { Host } from './_host.ts';

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
});
afterAll(() => host.close());

/** What makes a trace, what the scan has to say of it, and what takes it away. */
const TRACES: readonly { readonly make: string; readonly seen: RegExp; readonly unmake: string }[] = [
  {
    make: 'ip link add left0 type veth peer name left1',
    seen: /links: new: left0: veth/,
    unmake: 'ip link del left0',
  },
  { make: 'ip netns add left', seen: /named network namespaces: new: left/, unmake: 'ip netns del left' },
  {
    make: 'mkdir /tmp/m && mount -t tmpfs left /tmp/m',
    seen: /mounts: new: \/tmp\/m /,
    unmake: 'umount /tmp/m && rmdir /tmp/m',
  },
  {
    make: 'nft add table inet left',
    seen: /nftables: new: table inet left/,
    unmake: 'nft delete table inet left',
  },
  {
    make: 'echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects',
    seen: /sysctls: changed: net\/ipv4\/conf\/all\/accept_redirects: 1 -> 0/,
    unmake: 'echo 1 >/proc/sys/net/ipv4/conf/all/accept_redirects',
  },
  {
    make: 'd=$(grep -m1 " - cgroup2 " /proc/self/mountinfo | cut -d " " -f 5) && mkdir "$d/left"',
    seen: /cgroups: new: .*\/left$/,
    unmake: 'd=$(grep -m1 " - cgroup2 " /proc/self/mountinfo | cut -d " " -f 5) && rmdir "$d/left"',
  },
  {
    make: 'ip addr add 10.1.1.1/32 dev lo',
    seen: /addresses: new: .*10\.1\.1\.1/,
    unmake: 'ip addr del 10.1.1.1/32 dev lo',
  },
  {
    make: 'ip route add blackhole 10.2.0.0/16',
    seen: /routes: new: .*10\.2\.0\.0/,
    unmake: 'ip route del blackhole 10.2.0.0/16',
  },
  { make: 'touch /usr/left', seen: /files: new: \/\.changes\/usr\/left/, unmake: 'rm /usr/left' },
  { make: 'touch /run/left', seen: /files: new: \/run\/left/, unmake: 'rm /run/left' },
];

test('the scan finds every kind of trace, and its end', async () => {
  await host.must(['touch', '/usr']); // a file in it makes a copy of the folder otherwise
  const before = await host.snapshot();
  expect(await host.residue(before)).toEqual([]);
  for (const { make } of TRACES) await host.must(['sh', '-c', make]);
  const found = await host.residue(before);
  for (const { seen } of TRACES) expect(found).toContainEqual(expect.stringMatching(seen));
  for (const { unmake } of TRACES) await host.must(['sh', '-c', unmake]);
  expect(await host.residue(before)).toEqual([]);
});

test('the scan finds a process, its namespaces and its sockets', async () => {
  const before = await host.snapshot();
  const script =
    "require('net').createServer().listen('/tmp/left.sock', () => require('net').createServer().listen(7001, () => console.log('up')))";
  const left = host.start(['unshare', '--uts', process.execPath, '-e', script]);
  await until(async () => left.stdout().includes('up'), 'it does not listen', left);
  const found = await host.residue(before);
  expect(found).toContainEqual(expect.stringMatching(/processes: new: \d+ started \d+: .*left\.sock/));
  expect(found).toContainEqual(expect.stringMatching(/namespaces: new: uts:/));
  expect(found).toContainEqual(expect.stringMatching(/sockets: new: unix .*\/tmp\/left\.sock/));
  expect(found).toContainEqual(expect.stringMatching(/sockets: new: tcp6? .*:1B59 /));
  await left.kill('program');
  await left.ended;
  await host.must(['rm', '/tmp/left.sock']);
  expect(await host.residue(before)).toEqual([]);
});
