import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { throwAwayHost, until } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { HAS, imagesOfThisMachine, initrdLayer, PROVIDE } from './_images.ts';

const CACHE = '/var/cache/benito-pipeline/images';
const MINUTES = 60_000;

/** Starts the root's own init, after it has told what it found. */
const FIRST = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/lib/modules/$module" 2>/dev/null; done </modules.order
echo "BOOT-OK $(uname -r) $(grep -c . /proc/modules) modules"
until mount -t ext4 /dev/vda /mnt; do sleep 0.1; done
mount --move /proc /mnt/proc
mount --move /sys /mnt/sys
mount --move /dev /mnt/dev
exec switch_root -c /dev/console /mnt /sbin/init
`;

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost({ network: 'shared' }); // Debian's mirrors are to be reached
}, MINUTES);
afterAll(() => host.close());

const provide = (image: string, link: string): Promise<Ended> => host.run([PROVIDE, image, link]);
const has = async (image: string, link: string): Promise<boolean> =>
  (await host.run([HAS, image, link])).code === 0;
const link = async (path: string): Promise<string> => (await host.must(['readlink', path])).trim();
const cached = async (): Promise<readonly string[]> =>
  (await host.run(['ls', '-A', CACHE])).stdout.split('\n').filter((name) => name !== '');
const kinds = async (): Promise<readonly string[]> =>
  (await cached())
    .map((name) => name.replace(/-[0-9a-f]{16}$/, ''))
    .filter((name) => !name.startsWith('.versions-'));

interface Boot {
  readonly root: string;
  readonly kernel: string;
  /** MiB. */
  readonly memory: number;
  /** Typed at the console after `login`. */
  readonly login?: RegExp;
  readonly typed?: string;
  readonly until: RegExp;
}

/** What the console of an image says until it has said what is waited for. */
async function boot(
  host: Host,
  { root, kernel, memory, login, typed = '', until: last }: Boot,
): Promise<string> {
  await host.must(['sh', '-c', 'base64 -d >/tmp/first'], {
    input: initrdLayer(FIRST).toString('base64'),
  });
  await host.must(['sh', '-c', `cat ${kernel}/initrd.gz /tmp/first >/tmp/initrd`]);
  const disk = ['-f', 'qcow2', '-b', `${root}/root.img`, '-F', 'raw', '/tmp/disk'];
  await host.must(['qemu-img', 'create', '-q', ...disk]);
  const guest = host.start([
    'qemu-system-x86_64',
    ...[
      '-M',
      'pc',
      '-accel',
      'tcg,tb-size=32',
      '-m',
      `${memory}`,
      '-display',
      'none',
      '-nodefaults',
      '-no-reboot',
    ],
    ...['-kernel', `${kernel}/vmlinux`, '-initrd', '/tmp/initrd', '-serial', 'stdio'],
    ...['-append', 'console=ttyS0 panic=-1 quiet rdinit=/first'],
    ...['-drive', 'file=/tmp/disk,if=virtio', '-device', 'virtio-rng-pci'],
  ]);
  const said = async (what: RegExp): Promise<void> =>
    until(async () => what.test(guest.stdout()), `${root}: ${what.source} is not said`, guest, 4 * MINUTES);
  if (login) {
    await said(login);
    guest.say(typed);
  }
  await said(last);
  await guest.kill('program');
  await guest.ended;
  return guest.stdout().replaceAll('\r', '');
}

describe('images made from Debian packages', () => {
  test(
    'one that was killed leaves nothing that counts; two at once make one; what they make boots',
    async () => {
      const killed = host.start(['setsid', PROVIDE, 'mini', '/tmp/mini']);
      await until(
        async () => (await cached()).some((name) => name.startsWith('.tmp-kernel-')),
        'the kernel is not begun',
        killed,
        2 * MINUTES,
      );
      await killed.kill('group');
      await killed.ended;
      expect((await kinds()).filter((name) => !name.startsWith('.'))).toEqual([]);
      expect(await has('mini', '/tmp/mini')).toBe(false);

      const both = [host.start([PROVIDE, 'mini', '/tmp/mini']), host.start([PROVIDE, 'mini', '/tmp/other'])];
      const [one, other] = await Promise.all(both.map(({ ended }) => ended));
      expect([one!.code, one!.stderr, other!.code, other!.stderr]).toEqual([
        0,
        one!.stderr,
        0,
        other!.stderr,
      ]);
      expect(`${one!.stderr}${other!.stderr}`).toContain(
        'waiting for another process that is making the image',
      );
      expect(await kinds()).toEqual(['kernel', 'mini']);
      expect(await host.must(['readlink', '/tmp/mini'])).toBe(await host.must(['readlink', '/tmp/other']));
      expect(await has('mini', '/tmp/mini')).toBe(true);
      expect(await has('boot', '/tmp/mini')).toBe(false);

      expect((await provide('boot', '/tmp/boot')).stderr).toContain('the guest image boot is ready');
      expect((await provide('boot', '/tmp/boot')).stderr).toBe('');
      const console = await boot(host, {
        root: await link('/tmp/mini'),
        kernel: '/tmp/boot',
        memory: 128,
        until: /benito: .* is ready/,
      });
      const version = (await host.read('/tmp/boot/version')).trim();
      expect(console).toMatch(new RegExp(`^BOOT-OK ${version} \\d\\d modules`, 'm'));
      expect(console).not.toContain('not found');
    },
    10 * MINUTES,
  );

  test(
    'one that somebody wrote to is made again, in its place, and of the same bytes: disks may rest on them',
    async () => {
      const entry = await host.must(['readlink', '/tmp/mini']);
      const sum = await host.must(['sha256sum', '/tmp/mini/root.img']);
      await host.must(['sh', '-c', 'echo more >>/tmp/mini/root.img']);
      expect(await has('mini', '/tmp/mini')).toBe(false);
      expect((await provide('mini', '/tmp/mini')).code).toBe(0);
      expect(await has('mini', '/tmp/mini')).toBe(true);
      expect(await host.must(['readlink', '/tmp/mini'])).toBe(entry);
      expect(await host.must(['sha256sum', '/tmp/mini/root.img'])).toBe(sum);
      expect(await kinds()).toEqual(['boot', 'kernel', 'mini']);
    },
    3 * MINUTES,
  );

  test('without package lists and without a network, what is there serves', async () => {
    await host.must(['rm', '-rf', '/var/lib/apt/lists']);
    const offline = ['unshare', '--net', PROVIDE, 'boot', '/tmp/boot'];
    expect(await host.run(offline)).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await host.run(['unshare', '--net', PROVIDE, 'debian', '/tmp/debian']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'apt knows no Debian packages to make the guest image debian from\n  is there a network',
    );
    expect(await kinds()).toEqual(['boot', 'kernel', 'mini']);
  });

  test('an image that nobody knows is told with those that there are', async () => {
    expect(await provide('windows', '/tmp/windows')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^there is no guest image windows; there are: boot debian kernel mini/,
      ) as unknown,
    });
  });

  test(
    'a real Debian boots with the same kernel, and gives itself a host key',
    async () => {
      const made = await imagesOfThisMachine(['boot', 'debian']);
      const other = await throwAwayHost({ images: 'shared' });
      try {
        const console = await boot(other, {
          root: made.debian!,
          kernel: made.boot!,
          memory: 256,
          login: /automatic login/,
          typed:
            'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key; systemctl --failed --no-legend; echo THAT IS" "ALL\n',
          until: /THAT IS ALL/,
        });
        expect(console).toContain('Debian GNU/Linux');
        expect(console).toMatch(/^256 SHA256:\S+ .*\(ED25519\)\n\S*THAT IS ALL$/m);
      } finally {
        await other.close();
      }
    },
    15 * MINUTES,
  );
});
