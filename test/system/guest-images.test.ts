import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { throwAwayHost, until } from './_host.ts';
import type { Host, Running, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

/** Images of users, made from the small one: another file system in a partition, in files of other formats. */
const FILE = '/tmp/own.xml';
const NAMED = ['-e', 't-s/own', '--var', '/tmp/own'];
const ADDRESS = '127.0.0.1';
const URL = `http://${ADDRESS}:8080/disk.qcow2.bz2`;
const MINUTES = 60_000;

let host: Host;
let server: Running;
let before: Snapshot;
beforeAll(async () => {
  const images = await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['sh', '-c', MAKE_DISK, 'sh', `${images.mini}/root.img`]);
  server = host.start([
    'python3',
    '-B',
    '-m',
    'http.server',
    '--bind',
    ADDRESS,
    '--directory',
    '/tmp/disks',
    '8080',
  ]);
  await until(
    async () => (await host.run(['curl', '-sf', `http://${ADDRESS}:8080/`])).code === 0,
    'no web server',
    server,
  );
  before = await host.snapshot();
  const guest = (arch: string, url: string): Parameters<typeof topdl>[0][string] => ({
    on: ['lan'],
    attributes: {
      'containers:node_type': 'qemu',
      'containers:qemu_url': url,
      'containers:qemu_arch': arch,
      'containers:qemu_memory': '128',
    },
  });
  await host.write(
    FILE,
    topdl({
      file: guest('i386', '/tmp/disks/disk.qcow2'),
      web: guest('x86_64', URL),
      process: { on: ['lan'] },
    }),
  );
}, 3 * MINUTES);
afterAll(() => host.close());

/** A disk with a GUID partition table: a first partition without a file system, and a root in the second one. */
const MAKE_DISK = `
set -e
mkdir -p /tmp/disks /tmp/root
cd /tmp/disks
mount -o loop,ro "$1" /tmp/root 2>/dev/null || debugfs -R 'rdump / /tmp/root' "$1" 2>/dev/null
mkdir /tmp/copy
cp -a /tmp/root/. /tmp/copy
umount /tmp/root 2>/dev/null || rm -r /tmp/root
echo "from a partition" >/tmp/copy/etc/motd
mke2fs -q -t ext4 -d /tmp/copy part 120M
truncate -s 160M disk
printf 'label: gpt\\n,16M\\n,120M\\n' | sfdisk -q disk
start=$(sfdisk -d disk | sed -n 's/^disk2 : start= *\\([0-9]*\\),.*/\\1/p')
dd if=part of=disk bs=512 seek="$start" conv=notrunc,sparse status=none
qemu-img convert -f raw -O qcow2 disk disk.qcow2
bzip2 -1 -k disk.qcow2
rm -rf disk part /tmp/copy /tmp/root
`;

async function inGuest(node: string, script: string): Promise<string> {
  return (await host.ok('exec', '-e', 't-s/own', node, '--', 'sh', '-c', script)).stdout;
}

describe('a disk of a user with partitions', () => {
  test('is a guest from a file, and from a web server as .bz2; both are one image in the cache', async () => {
    const { stderr, stdout } = await host.ok('up', FILE, ...NAMED);
    expect(stdout + stderr).not.toContain('warning');
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes');
    for (const node of ['file', 'web']) {
      const script =
        'cat /etc/motd; hostname; mount | sed -n "s| on / .*||p"; ls /users >/dev/null && echo files';
      expect(await inGuest(node, script)).toBe(`from a partition\n${node}\n/dev/vda2\nfiles\n`);
    }
    const links = await host.must(['sh', '-c', 'readlink /run/benito-pipeline/*/images/own-*']);
    expect(new Set(links.trim().split('\n')).size).toBe(1);
  });

  test('keeps what the guest has written, and the image as it was', async () => {
    await inGuest('web', 'echo mine >/root/mine; sync');
    await host.ok('restart', ...NAMED, 'web');
    expect(await inGuest('web', 'cat /root/mine; hostname')).toBe('mine\nweb\n');
    expect(await inGuest('file', 'ls /root')).toBe('');
  });

  test('is not asked for again while the experiment is up, so that a server that has gone does no harm', async () => {
    await server.kill('program');
    await server.ended;
    expect((await host.ok('up', FILE, ...NAMED)).stdout).toContain('nothing to do');
  });

  test('down leaves nothing', async () => {
    // The cache is this machine's, and outlives experiments.
    const forget =
      'cd /var/cache/benito-pipeline/images && for one; do rm -r "$one" $(grep -l "$one" sources/*); done';
    const [entry] = (await host.must(['sh', '-c', 'readlink /run/benito-pipeline/*/images/own-*'])).split(
      '\n',
    );
    await host.ok('down', '--purge', ...NAMED);
    await host.must(['sh', '-c', forget, 'sh', entry!]);
    const left = await host.residue(before);
    expect(
      left.filter((line) => !line.startsWith('processes: gone') && !line.startsWith('sockets: gone')),
    ).toEqual([expect.stringContaining(FILE)]);
  });
});
