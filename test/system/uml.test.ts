import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ROOT, throwAwayHost } from './_host.ts';
import { rootOfUml } from './_images.ts';
import type { Host, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';
import type { NodeSketch } from './_topdl.ts';

const FILE = '/tmp/uml.xml';
const VAR = '/tmp/uml';
const NAMED = ['-e', 't-s/uml'];
/** Where the scan for residue does not look. */
const CHANGED = '/tmp/scan/changed.xml';
const UP = ['up', FILE, ...NAMED, '--var', VAR];
const uml = (...on: string[]): NodeSketch => ({ on, attributes: { 'containers:node_type': 'uml' } });
/** A LAN of two guests and a process node, which `b` leads out of to another process node. */
const NODES: Readonly<Record<string, NodeSketch>> = {
  a: {
    ...uml('lan'),
    attributes: { 'containers:node_type': 'uml', startup: 'echo started >>/root/lives; wc -l </root/lives' },
  },
  b: uml('lan', 'link'),
  p: { on: ['lan'] },
  q: { on: ['link'] },
};

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await rootOfUml();
  host = await throwAwayHost({ images: 'shared' });
  await host.write(FILE, topdl(NODES));
  await host.must(['sh', '-c', 'mkdir -p /users && echo ours >/users/ours && chmod 600 /users/ours']);
  await host.must(['sh', '-c', 'mkdir /users/all && chmod 1777 /users/all']);
  await host.must(['useradd', '--uid', '4711', 'alice']);
  await host.must(['sh', '-c', 'mkdir -m 700 /users/alice && chown alice /users/alice']);
  before = await host.snapshot();
  await host.ok(...UP);
});
afterAll(() => host.close());

test('every node reaches every address, guests and processes alike', async () => {
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 4 nodes');
  const { stdout } = await inGuest('a', 'traceroute -n -m 5 -w 2 q | tail -n +2 | wc -l');
  expect(stdout.trim()).toBe('2');
});

test('exec, ssh and the console get into a guest; a start command has run', async () => {
  expect((await inGuest('b', 'hostname; cat /etc/hosts')).stdout).toMatch(/^b\n127.*\n10\S+\ta-lan a-0 a\n/);
  const { stdout } = await host.ok('ssh', ...NAMED, 'b', '--', 'ip -o -4 address show control0');
  expect(stdout).toMatch(/ 192\.168\.\S+\/20 /);
  const attached = host.start([
    process.execPath,
    join(ROOT, 'engine/cli/benito-pipeline.js'),
    'console',
    'a',
    ...NAMED,
  ]);
  attached.say('echo "on the $((40 + 2))nd console"\n');
  attached.endInput();
  expect((await attached.ended).stdout).toContain('on the 42nd console');
  expect((await host.ok('logs', ...NAMED, 'a', '--follow')).stdout).toMatch(/^1\n/);
});

describe('the host, as guests see it', () => {
  test('is directories that can be read and written, as nobody', async () => {
    await inGuest('a', 'echo "from $(hostname)" >/users/all/by-a && chmod 640 /users/all/by-a');
    expect(await host.must(['stat', '-c', '%U %a', '/users/all/by-a'])).toBe('nobody 640\n');
    expect((await inGuest('b', 'cat /users/all/by-a')).stdout).toBe('from a\n');
    await host.must(['rm', '/users/all/by-a']);
    const refused = await tryGuest('a', 'cat /users/ours');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Permission denied')]);
    const closed = await tryGuest('a', 'touch /users/new');
    expect([closed.code, closed.stderr]).toEqual([1, expect.stringContaining('Permission denied')]);
  });

  test('is nothing else, whatever root mounts', async () => {
    const look = 'mkdir -p /x && mount -t hostfs -o /../.. hostfs /x && ls /x && umount /x';
    expect((await inGuest('a', look)).stdout.split('\n')).not.toContain('etc');
    const ports = (await inGuest('a', 'mount -t hostfs -o /proc hostfs /x; cat /x/1/net/dev; umount /x'))
      .stdout;
    expect(ports).not.toContain('benito');
  });

  test('is the config directory, and the routes script', async () => {
    const { stdout } = await inGuest(
      'a',
      '/var/benito/launch/routes /var/benito/config && cat /var/benito/config/pid_eid',
    );
    expect(stdout).toBe('t-s\numl\n');
    expect((await tryGuest('a', 'touch /var/benito/config/new')).code).toBe(1);
  });

  test('runs the kernel of each without a privilege', async () => {
    const kernels = await host.must(['pgrep', '--full', '^/linux.uml']);
    for (const pid of kernels.trim().split('\n')) {
      const status = await host.read(`/proc/${pid}/status`);
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^CapBnd:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    }
  });
});

test('a second up has nothing to do', async () => {
  expect((await host.ok(...UP)).stdout).toContain('nothing to do');
});

describe('while others run on', () => {
  let lives: string;
  beforeAll(async () => {
    lives = await lifeOf('b');
  });

  test('a guest is stopped in good order, and started on its disk', async () => {
    await host.ok('stop', 'a', ...NAMED);
    expect(await host.read(`${VAR}/log/a/console.log`)).toContain('The system is going down');
    await host.ok('start', 'a', ...NAMED);
    expect((await host.ok('logs', ...NAMED, 'a', '--follow')).stdout).toMatch(/^2\n/);
    expect(await lifeOf('b')).toBe(lives);
  });

  test('one that was killed is told, and up brings it back', async () => {
    const [victim] = (await host.must(['pgrep', '--full', '^/linux.uml.*uml/guests/a|^/linux.uml'])).split(
      '\n',
    );
    const named = (await host.read(`/proc/${victim}/root/identity/about`)).split('\n')[0]!.split(' ')[1]!;
    await host.must(['kill', '-9', victim!]);
    expect((await host.cli('status', ...NAMED)).stdout).toMatch(new RegExp(`^${named} +uml +dead`, 'm'));
    await host.ok(...UP);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
  });

  test('switches that died are made anew, and guests plugged in: none reboots', async () => {
    const all = await Promise.all(['a', 'b'].map(lifeOf));
    await host.must(['pkill', '-9', '--full', '^vde_switch']);
    await host.ok(...UP);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    expect(await Promise.all(['a', 'b'].map(lifeOf))).toEqual(all);
  });

  test('a node more is known to all, and none reboots', async () => {
    const all = await Promise.all(['a', 'b'].map(lifeOf));
    await host.write(CHANGED, topdl({ ...NODES, r: { on: ['link', 'far'] }, s: { on: ['far'] } }));
    await host.ok('up', CHANGED, ...NAMED);
    expect((await inGuest('a', 'ping -c 1 -w 5 s')).stdout).toContain(' 0% packet loss');
    await host.ok(...UP);
    expect((await inGuest('a', 'cat /etc/hosts; ip route')).stdout).not.toMatch(/s-far|10\.0\.2\./);
    expect(await Promise.all(['a', 'b'].map(lifeOf))).toEqual(all);
  });
});

test('with accounts the first one is everybody', async () => {
  await host.write('/etc/benito/site.yaml', 'accounts: [alice]\n');
  await host.ok(...UP);
  await inGuest('a', 'touch /users/alice/new && su -s /bin/sh -c "id -un >/users/alice/name" alice');
  expect(await host.must(['stat', '-c', '%U', '/users/alice/new', '/users/alice/name'])).toBe(
    'alice\nalice\n',
  );
  expect(await host.read('/users/alice/name')).toBe('alice\n');
  await host.must(['sh', '-c', 'rm /users/alice/*']);
});

test('guests that are trusted are root in files, and nowhere else', async () => {
  await host.write('/etc/benito/site.yaml', 'file_systems: { trust_guests: true }\n');
  await host.ok(...UP);
  await inGuest('a', 'cat /users/ours && touch /users/by-root');
  expect(await host.must(['stat', '-c', '%U', '/users/by-root'])).toBe('root\n');
  const [kernel] = (await host.must(['pgrep', '--full', '^/linux.uml'])).split('\n');
  // chown, dac_override, fowner, fsetid
  expect(await host.read(`/proc/${kernel}/status`)).toMatch(/^CapPrm:\t000000000000001b$/m);
  await host.must(['sh', '-c', 'rm /users/by-root && rm -r /etc/benito']);
});

test('down leaves nothing', async () => {
  await host.ok('down', ...NAMED, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('a host where the kernel cannot start says so, before anything is made', async () => {
  await host.must(['mount', '-o', 'remount,bind,noexec', '/dev/shm']);
  const why = 'its kernel does not start here: /dev/shm must be not mounted noexec';
  const checked = await host.cli('check', FILE);
  expect([checked.code, checked.stderr]).toEqual([
    1,
    `the platform uml does not work on this host, and is what a, b asked for: User-Mode Linux: ${why}\n` +
      '  hint: put another platform in its place: --as uml=process, or --as uml=qemu\n',
  ]);
  expect((await host.cli(...UP)).stderr).toContain(why);
  const { stdout } = await host.cli('doctor');
  expect(stdout).toContain(`uml: User-Mode Linux: ${why}\n         mend: put another`);
  await host.ok('check', FILE, '--as', 'uml=process');
  expect(await host.must(['sh', '-c', 'ps -e -o args= | grep "[l]inux.uml" || true'])).toBe('');
});

const tryGuest = (node: string, script: string): ReturnType<Host['cli']> =>
  host.cli('exec', node, ...NAMED, '--', 'sh', '-c', script);

const inGuest = (node: string, script: string): ReturnType<Host['cli']> =>
  host.ok('exec', node, ...NAMED, '--', 'sh', '-c', script);

/** What is another one after each start of a guest's kernel. */
async function lifeOf(node: string): Promise<string> {
  return (await inGuest(node, 'cat /proc/sys/kernel/random/boot_id')).stdout;
}
