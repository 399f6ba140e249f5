import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { commandOf, throwAwayHost, until } from './_host.ts';
import type { Ended, Host, Running, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { reboot } from './_reboot.ts';
import { topdl } from './_topdl.ts';

/** What the host of guests, or its user, can do to them: everything is told by name, and mended by `up`. */
const FILE = '/tmp/trouble.xml';
const NAMED = ['-e', 't-s/trouble', '--var', '/tmp/trouble'];
const OTHER = ['-e', 't-s/other', '--var', '/tmp/other'];
const UP = ['up', FILE, ...NAMED];
const PURGE = ['down', '--purge', ...NAMED];
const CACHE = '/var/cache/benito-pipeline';
/** A 9P client's first message, and how many bytes of answer there are. */
const GREET = `(printf '\\025\\0\\0\\0d\\377\\377\\0\\0\\001\\0\\010\\0009P2000.L'; sleep 2) | nc -w 3 "$0" 564 | wc -c`;

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  const images = await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  // A cache of its own, with what guests need: it is to be damaged.
  const copy = `mkdir -p /tmp/cache/images && cp -a "$@" /tmp/cache/images && umount ${CACHE} && mount --bind /tmp/cache ${CACHE}`;
  await host.must(['sh', '-ec', copy, 'sh', ...Object.values(images)]);
  const qemu = { 'containers:node_type': 'qemu' };
  await host.write(FILE, topdl({ alpha: { on: ['lan'], attributes: qemu }, one: { on: ['lan'] } }));
  await host.ok(...UP); // takes the snapshot
  await host.ok(...PURGE);
});
beforeEach(async () => {
  before = await host.snapshot();
});
afterEach(async () => {
  await host.cli(...PURGE);
  await host.cli('down', '--purge', ...OTHER);
});
afterAll(() => host.close());

describe('two experiments with the same names at once', () => {
  test('have addresses of their own, and neither sees the other', async () => {
    const both = await Promise.all([host.cli(...UP), host.cli('up', FILE, ...OTHER)]);
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const [mine, others] = [await addresses('/tmp/trouble'), await addresses('/tmp/other')];
    expect(new Set([...Object.values(mine), ...Object.values(others)]).size).toBe(4);
    expect(await inAlpha(GREET, mine.pnode!)).toBe('21\n');
    for (const address of Object.values(others)) {
      expect(await inAlpha('ping -c 1 -w 2 "$0" >/dev/null || echo no', address)).toBe('no\n');
      // By way of the host, which has both addresses.
      await inAlpha(`ip route add "$0/32" via ${mine.pnode}`, address);
      expect(await inAlpha(GREET, address)).toBe('0\n');
    }
    await host.ok(...PURGE);
    expect((await host.ok('ping', ...OTHER)).stdout).toContain('all reachable');
    await host.ok('down', '--purge', ...OTHER);
    expect(await left()).toEqual([]);
  });
});

describe('while a guest boots', () => {
  test('nobody else works on the experiment, and who was first comes to its end', async () => {
    const running = await booting();
    for (const words of [UP, PURGE, ['start', 'alpha', '-e', 't-s/trouble']]) {
      const { code, stderr } = await host.cli(...words);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('t-s/trouble is being worked on by process'),
      ]);
    }
    expect((await running.ended).code).toBe(0);
  });

  test('Ctrl-C waits for it and says how to go on; up does', async () => {
    const running = await booting();
    await running.kill('program', 'SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout + stderr]).toEqual([130, expect.stringMatching(/to resume: +benito-pipeline up/)]);
    const { stdout: rest } = await host.ok(...UP);
    expect(rest).not.toContain('launch/qemu/guests');
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    await host.ok(...PURGE);
    expect(await left()).toEqual([]);
  });
});

test('a reboot of the host: what was on the disk is there when launch has brought the guest back', async () => {
  await host.ok(...UP);
  await inAlpha('echo kept >/root/kept; sync');
  await reboot(host);
  expect((await host.cli('status', ...NAMED)).stdout).toContain('is gone: this host was started anew');
  await host.ok('run', 'launch', '-e', 't-s/trouble');
  expect(await inAlpha('cat /root/kept')).toBe('kept\n');
  expect((await host.ok(...UP)).stdout).toContain('nothing to do');
});

describe('the cache of images', () => {
  test('away while a guest runs: it runs on; what cannot be mended is told with the image, and up goes on once it is back', async () => {
    await host.ok(...UP);
    await inAlpha('echo kept >/root/kept; sync');
    await host.must(['mv', `${CACHE}/images`, `${CACHE}/away`]);
    const { code, stderr } = await host.cli(...UP);
    await host.must(['sh', '-c', `rm -rf ${CACHE}/images && mv ${CACHE}/away ${CACHE}/images`]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the guest image mini for alpha: ')]);
    expect(await inAlpha('cat /root/kept')).toBe('kept\n');
    const boot = await inAlpha('cat /proc/sys/kernel/random/boot_id');
    await host.ok(...UP);
    expect(await inAlpha('cat /proc/sys/kernel/random/boot_id')).toBe(boot);
    await host.ok('restart', 'alpha', '-e', 't-s/trouble');
    expect(await inAlpha('cat /root/kept')).toBe('kept\n');
  });

  test('a snapshot that somebody wrote to is noticed, and taken again', async () => {
    await host.must(['sh', '-c', `echo more | tee -a ${CACHE}/images/snapshot-*/state`]);
    expect((await host.ok(...UP)).stdout).toContain('launch/qemu/snapshots');
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
  });
});

test('a snapshot that is damaged in a way that nobody can see is told when a guest is started from it', async () => {
  await host.ok(...UP);
  const damage =
    'touch -r "$1" /tmp/time && head -c 2000 /dev/urandom | dd of="$1" conv=notrunc bs=1 seek=3000 && touch -r /tmp/time "$1"';
  const [state = ''] = (await host.must(['sh', '-c', `ls ${CACHE}/images/snapshot-*/state`])).split('\n');
  await host.must(['sh', '-ec', damage, 'sh', state]);
  const { code, stderr } = await host.cli('restart', 'alpha', '-e', 't-s/trouble');
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('alpha could not be restored from its snapshot'),
  ]);
  const [, folder] = /takes it again: (\S+)/.exec(stderr)!;
  await host.must(['rm', '-r', folder!]);
  await host.ok(...UP);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
});

test('a program that is not there is told before anything is made, with its package and who needs it', async () => {
  const hide = 'for one in "$@"; do mount --bind /dev/null "$(command -v "$one")"; done';
  await host.must(['sh', '-ec', hide, 'sh', 'qemu-img', 'ssh']);
  const { code, stderr } = await host.cli(...UP);
  await host.must(['umount', '/usr/bin/qemu-img', '/usr/bin/ssh']);
  expect(code).toBe(1);
  expect(stderr).toContain("this host has no qemu-img, which the platform qemu needs (guests' disks): alpha");
  expect(stderr).toContain('apt-get install qemu-utils');
  expect(stderr).toContain(
    'this host has no ssh, which the platform qemu needs (logging into guests): alpha',
  );
  await host.ok(...PURGE);
  expect(await left()).toEqual([]);
});

test('down makes room on a full /run', async () => {
  await host.ok(...UP);
  const fill = 'head -c 100000000 /dev/zero >/run/fill; true';
  await host.must(['sh', '-c', `mount -o remount,size=4m /run && { ${fill}; } 2>/dev/null`]);
  await host.ok(...PURGE);
  await host.must(['sh', '-c', 'rm /run/fill && mount -o remount,size=50% /run']);
  expect(await left()).toEqual([]);
});

/** `up` at the moment at which a guest has been started. */
async function booting(): Promise<Running> {
  const running = host.start(commandOf(UP));
  const started = ['sh', '-c', 'ls /run/benito-pipeline/*/guests/alpha/qmp'];
  await until(async () => (await host.run(started)).code === 0, 'no guest is started', running);
  return running;
}

async function inAlpha(script: string, ...words: readonly string[]): Promise<string> {
  const ended: Ended = await host.ok(
    'exec',
    '-e',
    't-s/trouble',
    'alpha',
    '--',
    'sh',
    '-c',
    script,
    ...words,
  );
  return ended.stdout;
}

/** On the control net: of the guest and of the host. */
async function addresses(varDir: string): Promise<Readonly<Record<string, string>>> {
  const text = await host.read(`${varDir}/config/file_systems.yaml`);
  const found = [...text.matchAll(/address: (\S+)/g)].map(([, address]) => address!);
  expect(found).toHaveLength(2);
  const [pnode, alpha] = found;
  return { pnode: pnode!, alpha: alpha! };
}

/** What stays in the cache is no residue. */
async function left(): Promise<readonly string[]> {
  return (await host.residue(before)).filter((one) => !one.includes('/tmp/cache'));
}
