import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

const VAR = '/tmp/wrong';
const FILE = '/tmp/wrong.xml';
const NAMED = ['-e', 't-s/wrong', '--var', VAR];
const SITE = '/etc/benito/site.yaml';

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['mkdir', '-p', '/etc/benito']);
  before = await host.snapshot();
});
afterAll(() => host.close());

/** A guest `odd`, with these attributes, beside one that is as it should be. */
function odd(attributes: Readonly<Record<string, string>>, on: readonly string[] = ['lan']): string {
  const qemu = { 'containers:node_type': 'qemu' };
  return topdl({
    even: { on: ['lan'], attributes: qemu },
    odd: { on, attributes: { ...qemu, ...attributes } },
  });
}

async function up(text: string): Promise<{ readonly code: number; readonly said: string }> {
  await host.write(FILE, text);
  const { code, stdout, stderr } = await host.cli('up', FILE, ...NAMED);
  return { code, said: stdout + stderr };
}

async function downAndClean(): Promise<void> {
  await host.must(['sh', '-c', `umount ${VAR}/disks 2>/dev/null; true`]);
  await host.ok('down', '--purge', ...NAMED);
  await host.must(['rm', '-rf', FILE, SITE, VAR, '/tmp/odd', '/tmp/odd.img']);
  expect(await host.residue(before)).toEqual([]);
}

describe('told before anything starts', () => {
  test('eight interfaces, in the words of the original', async () => {
    const { code, said } = await up(
      odd(
        {},
        Array.from({ length: 8 }, (_, index) => `net${index}`),
      ),
    );
    expect(code).toBe(1);
    expect(said).toContain(
      'Requested a QEMU node with more than 7 experimental interfaces.  ' +
        'Qemu nodes can only support 7 experimental interfaces.',
    );
    expect(said).toContain("'odd'");
  });

  test.each([
    ['containers:qemu_image', 'minni', 'one of mini, debian'],
    ['containers:qemu_arch', 'sparc', 'one of x86_64, i386'],
    ['containers:qemu_memory', 'much', 'MiB'],
    ['containers:qemu_network', 'wifi', 'vde, tap or fd'],
  ])('%s %s', async (name, value, hint) => {
    const { code, said } = await up(odd({ [name]: value }));
    expect(code).toBe(1);
    expect(said).toContain(`the node 'odd' has ${name} '${value}'`);
    expect(said).toContain(hint);
  });

  test('an export that does not exist: the setting, and the nodes that need it', async () => {
    await host.write(SITE, 'file_systems:\n  exports:\n    /users: /no/such/place\n');
    const { code, said } = await up(odd({}));
    expect(code).toBe(1);
    expect(said).toContain('/no/such/place');
    expect(said).toContain('odd');
  });

  test('leaves nothing', downAndClean);
});

describe('told when it happens, by the name of the node; the other guest is there, and `up` goes on', () => {
  test('an image that is none', async () => {
    await host.write('/tmp/odd.img', 'not at all an image\n'.repeat(1000));
    const { code, said } = await up(odd({ 'containers:qemu_url': '/tmp/odd.img' }));
    expect(code).toBe(1);
    expect(said).toContain('/tmp/odd.img');
    expect(said).toContain('the guest image /tmp/odd.img for odd: /tmp/odd.img is no disk image');
    await downAndClean();
  });

  test('a guest whose root has no server that answers', async () => {
    await host.write(SITE, 'platforms:\n  qemu:\n    ready_seconds: 6\n');
    await host.write(
      '/tmp/odd/sbin/init',
      '#!/bin/busybox sh\necho nobody is at home\nexec /bin/busybox sleep 1000\n',
    );
    await host.must([
      'sh',
      '-c',
      'cd /tmp/odd && mkdir -p bin proc sys dev etc && cp /bin/busybox bin/ && ln -s busybox bin/sh && chmod 755 sbin/init && ' +
        'mke2fs -q -t ext4 -d /tmp/odd /tmp/odd.img 16M',
    ]);
    const { code, said } = await up(
      odd({ 'containers:qemu_url': '/tmp/odd.img', failureaction: 'nonfatal' }),
    );
    expect(said).toMatch(/odd was not ready after 6 s: no SSH server answers at 192\.168/);
    expect(said).toContain('nobody is at home');
    // Nonfatal: the experiment is up without it.
    expect(code).toBe(0);
    const status = await host.cli('status', ...NAMED);
    expect(status.stdout).toMatch(/even +qemu +running/);
    expect(status.stdout).toMatch(/odd +qemu +incomplete/);
    await downAndClean();
  });

  test('a root that is none', async () => {
    await host.must(['sh', '-c', 'mkdir /tmp/odd && mke2fs -q -t ext4 -d /tmp/odd /tmp/odd.img 16M']);
    const { code, said } = await up(odd({ 'containers:qemu_url': '/tmp/odd.img' }));
    expect(code).toBe(1);
    expect(said).toContain('odd does not come up: the image has no ext4 file system with /sbin/init in it');
    await downAndClean();
  });

  test('a disk that is full before there is a guest, and one that fills up', async () => {
    await host.must(['sh', '-c', `mkdir -p ${VAR}/disks && mount -t tmpfs -o size=64k tiny ${VAR}/disks`]);
    const first = await up(odd({}));
    expect(first.code).toBe(1);
    expect(first.said).toMatch(/disk .*\/(odd|even)\./);
    expect(first.said).toContain('No space left on device');
    await host.must(['mount', '-o', 'remount,size=512k', `${VAR}/disks`]);
    const second = await up(odd({}));
    expect(second.code).toBe(1);
    expect(second.said).toMatch(
      /(odd|even) is held up: its disk cannot grow; is the file system that holds it full\?/,
    );
    await host.must(['mount', '-o', 'remount,size=64m', `${VAR}/disks`]);
    expect((await up(odd({}))).code).toBe(0);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    await host.ok('down', ...NAMED);
    await downAndClean();
  });
});
