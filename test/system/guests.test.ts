import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ROOT, throwAwayHost, until } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';

/** Four QEMU guests and three process nodes, on a LAN, a router, two links: the example that the README shows. */
const FILE = join(ROOT, 'config/experiments/guests.xml');
const VAR = '/tmp/guests';
const NAMED = ['-e', 't-s/guests', '--var', VAR];
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const GUESTS = ['alpha', 'beta', 'gamma', 'gate'];

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  before = await host.snapshot();
  await host.ok('up', FILE, ...NAMED);
});
afterAll(() => host.close());

test('every node reaches every address, guests and processes alike', async () => {
  const { stdout } = await host.ok('ping', ...NAMED);
  expect(stdout).toContain('all reachable: 7 nodes, 54 pairs');
});

test('a router between guest and process is seen', async () => {
  const { stdout } = await inGuest('alpha', 'traceroute -n -m 5 -w 2 gamma | tail -n +2 | wc -l');
  expect(stdout.trim()).toBe('3');
});

test.each(GUESTS)('ssh into %s, over the control net', async (node) => {
  const { stdout } = await host.ok(
    'ssh',
    '-e',
    't-s/guests',
    node,
    '--',
    'hostname; ip -o -4 address show control0',
  );
  const [name, address] = stdout.split('\n');
  expect(name).toBe(node);
  expect(address).toContain(await controlAddress(node));
});

test.each(['/users', '/proj', '/groups', '/share'])(
  '%s of the host can be read and written in every guest',
  async (path) => {
    for (const node of GUESTS) {
      await inGuest(node, `echo "from $(hostname)" >${path}/by-${node} && chmod 640 ${path}/by-${node}`);
    }
    const onHost = `${VAR}/files${path}`;
    const seen = await host.must(['sh', '-c', `cd ${onHost} && stat -c '%u %g %a %n' by-* && cat by-*`]);
    expect(seen.split('\n')).toEqual([
      ...GUESTS.map((node) => `65534 65534 640 by-${node}`),
      ...GUESTS.map((node) => `from ${node}`),
      '',
    ]);
    const inside = await inGuest('gamma', `cd ${path} && stat -c '%u %g %a %n' by-* && cat by-*`);
    expect(inside.stdout).toBe(seen);
    await host.must(['sh', '-c', `rm ${onHost}/by-*`]);
  },
);

test('what the contract promises is in the guest: config directory, routes script, hosts, fstab in the form of old', async () => {
  const { stdout } = await inGuest(
    'alpha',
    'cat /var/benito/config/pid_eid /var/benito/config/route/alpha; ls /var/benito/config/route; ' +
      'cat /etc/hosts; grep " /users 9p _netdev,aname=/users," /etc/fstab; /var/benito/launch/routes /var/benito/config',
  );
  expect(stdout).toMatch(/^t-s\nguests\n/);
  expect(stdout).toMatch(/\n10\.\S+ via 10\.\S+\nalpha\n127\.0\.0\.1\tlocalhost\n/);
  expect(stdout).toMatch(/alpha-lan alpha-0 alpha\n/);
  expect(stdout).toMatch(/^192\.168\.\S+ \/users 9p /m);
});

test('a start command runs, and its output comes to the host', async () => {
  expect((await host.ok('logs', ...NAMED, 'alpha', '--follow')).stdout).toContain('alpha is up\n');
});

test('guests that are copies of one have nothing in common that is to be their own', async () => {
  const own = `cat ${BOOT_ID}; dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | tail -n 2; cat /sys/class/net/*/address | grep -v 00:00:00:00:00:00; hostname`;
  const told = await Promise.all(
    GUESTS.map(async (node) => (await inGuest(node, own)).stdout.trim().split('\n')),
  );
  const random = await Promise.all(GUESTS.map(firstRandom));
  const all = [...told.flat(), ...random];
  expect(random.every((text) => /^[0-9a-f]{16}$/.test(text))).toBe(true);
  expect(new Set(all).size).toBe(all.length);
});

test('a second up has nothing to do', async () => {
  expect((await host.ok('up', FILE, ...NAMED)).stdout).toContain('nothing to do');
});

describe('what is killed is told by status, and up repairs it, and what died with it, and nothing else', () => {
  const cases = [
    { name: 'a guest', process: 'guest-beta', reboots: ['beta'], says: 'beta is dead' },
    { name: 'the file server', process: 'file-server', reboots: [], says: '9P server' },
    { name: 'a switch', process: 'switch-lan', reboots: [], says: 'the VDE switch of lan: gone' },
  ];
  test.each(cases)('$name', async ({ process, reboots, says }) => {
    const earlier = await boots();
    await host.must(['sh', '-c', `for pid in $(cat ${cgroup(process)}/cgroup.procs); do kill -9 $pid; done`]);
    const status = await host.cli('status', ...NAMED);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain(says);
    await host.ok('up', FILE, ...NAMED);
    const later = await boots();
    for (const node of GUESTS) {
      if (reboots.includes(node)) expect(later.get(node)).not.toBe(earlier.get(node));
      else expect(later.get(node)).toBe(earlier.get(node));
    }
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    for (const node of GUESTS) await inGuest(node, 'ls /users /proj /groups /share >/dev/null');
    expect((await host.ok('status', ...NAMED)).stdout).toContain('is up');
  });

  test('the start command of a guest that lived on was not run again', async () => {
    expect((await inGuest('alpha', 'wc -l </root/started')).stdout.trim()).toBe('1');
  });
});

test('stop, start, restart one guest: its disk stays, its start command runs again, the others do not notice', async () => {
  const earlier = await boots();
  await inGuest('alpha', 'echo kept >/root/kept; sync');
  await host.ok('stop', ...NAMED, 'alpha');
  const status = await host.ok('status', ...NAMED);
  expect(status.stdout).toMatch(/alpha +qemu +stopped/);
  await host.ok('start', ...NAMED, 'alpha');
  await host.ok('wait', ...NAMED, 'alpha', '--timeout', '60');
  await host.ok('restart', ...NAMED, 'alpha');
  await host.ok('logs', ...NAMED, 'alpha', '--follow');
  expect((await inGuest('alpha', 'cat /root/kept; wc -l </root/started')).stdout).toBe('kept\n3\n');
  const later = await boots();
  expect(GUESTS.filter((node) => later.get(node) !== earlier.get(node))).toEqual(['alpha']);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
});

test('a guest that restarts by itself is itself again', async () => {
  const earlier = await boots();
  await inGuest('gamma', 'reboot').catch(() => undefined);
  const isBack = async (): Promise<boolean> => {
    const { code, stdout } = await host.cli('exec', ...NAMED, 'gamma', '--', 'cat', BOOT_ID);
    return code === 0 && stdout !== earlier.get('gamma');
  };
  await until(isBack, 'gamma does not come back', undefined, 120_000);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
  expect((await inGuest('gamma', 'hostname; mount | grep -c "type 9p"')).stdout).toBe('gamma\n4\n');
});

test('console attaches to the serial line', async () => {
  const words = `(sleep 1; printf 'echo on the line of $(hostname)\\r'; sleep 2; printf '\\035') | script -qec "$1 console -e t-s/guests beta" /dev/null`;
  const { stdout } = await host.run([
    'sh',
    '-c',
    words,
    'sh',
    `${process.execPath} ${ROOT}/engine/cli/benito-pipeline.js`,
  ]);
  expect(stdout).toContain('on the line of beta');
});

test('another node in the experiment: the guests that are there learn of it and are not started again', async () => {
  const earlier = await boots();
  const text = await host.read(FILE);
  const more = text.replace(
    '</experiment>',
    '<elements><computer><name>four</name><interface><substrate>lan</substrate></interface></computer></elements></experiment>',
  );
  await host.write('/tmp/more.xml', more);
  await host.ok('up', '/tmp/more.xml', ...NAMED);
  expect(await boots()).toEqual(earlier);
  expect(
    (await inGuest('gamma', 'ping -c 1 -w 5 four >/dev/null && grep -c four /etc/hosts')).stdout.trim(),
  ).toBe('1');
  await host.ok('up', FILE, ...NAMED);
  expect(await boots()).toEqual(earlier);
  await host.must(['rm', '/tmp/more.xml']);
});

test('down leaves nothing', async () => {
  await host.ok('down', '--purge', ...NAMED);
  expect(await host.residue(before)).toEqual([]);
});

function inGuest(node: string, script: string): ReturnType<Host['ok']> {
  return host.ok('exec', '-e', 't-s/guests', node, '--', 'sh', '-c', script);
}

async function boots(): Promise<ReadonlyMap<string, string>> {
  const ids = GUESTS.map(async (node) => [node, (await inGuest(node, `cat ${BOOT_ID}`)).stdout] as const);
  return new Map(await Promise.all(ids));
}

/** The first bytes that a guest drew once it was itself, as it told its console. */
async function firstRandom(node: string): Promise<string> {
  const log = await host.read(`${VAR}/log/${node}/console.log`);
  return /handing over to its init \(random (\w+)\)/.exec(log)?.[1] ?? '';
}

async function controlAddress(node: string): Promise<string> {
  const { stdout } = await host.ok('status', ...NAMED, '--json');
  const { nodes } = JSON.parse(stdout) as { nodes: { name: string; control: { address: string } | null }[] };
  return nodes.find(({ name }) => name === node)!.control!.address;
}

function cgroup(process: string): string {
  return `$(ls -d /sys/fs/cgroup/unified/benito-pipeline/*/live/${process} /sys/fs/cgroup/benito-pipeline/*/live/${process} 2>/dev/null | head -n 1)`;
}
