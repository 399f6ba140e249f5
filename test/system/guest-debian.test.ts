import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost, until } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

/** The real Debian guest, twice, beside a process. It is slow where it is emulated: as few starts as can be. */
const FILE = '/tmp/debian.xml';
const NAMED = ['-e', 't-s/debian', '--var', '/tmp/debian'];
const SITE = '/etc/benito/site.yaml';
const GUESTS = ['one', 'two'];
const ALICE = 4001;
const MINUTES = 60_000;

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'debian']);
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['sh', '-c', HOST]);
  before = await host.snapshot();
  await host.write(SITE, 'accounts: [alice]\nplatforms:\n  qemu:\n    ready_seconds: 400\n');
  const attributes = {
    'containers:node_type': 'qemu',
    'containers:qemu_image': 'debian',
    startup: 'echo "$(hostname) runs $(systemctl is-active ssh)"; echo again >>/root/started',
  };
  await host.write(
    FILE,
    topdl({ one: { on: ['lan'], attributes }, two: { on: ['lan'], attributes }, process: { on: ['lan'] } }),
  );
  await host.ok('up', FILE, ...NAMED);
}, 15 * MINUTES);
afterAll(() => host.close());

const HOST = `
set -e
echo 'alice:x:${ALICE}:${ALICE}::/users/alice:/bin/bash' >>/etc/passwd
echo 'alice:x:${ALICE}:' >>/etc/group
mkdir /users /etc/benito
mount -t tmpfs -o mode=755 files /users
mkdir -p /users/alice/.ssh
ssh-keygen -q -t ed25519 -N '' -f /tmp/alices
cp /tmp/alices.pub /users/alice/.ssh/authorized_keys
chown -R ${ALICE}:${ALICE} /users/alice
chmod -R go= /users/alice
`;

async function inGuest(node: string, script: string): Promise<string> {
  return (await host.ok('exec', '-e', 't-s/debian', node, '--', 'sh', '-c', script)).stdout;
}

test('nodes reach each other, guests and processes alike', async () => {
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes');
});

test('systemd is content, and the start command has run once, when SSH was up', async () => {
  for (const node of GUESTS) {
    expect((await host.ok('logs', ...NAMED, node, '--follow')).stdout).toContain(`${node} runs active\n`);
    expect(await inGuest(node, 'systemctl is-system-running --wait; wc -l </root/started; hostname')).toBe(
      `running\n1\n${node}\n`,
    );
  }
});

test('two of them have nothing in common that is to be their own', async () => {
  const own =
    'cat /etc/machine-id /proc/sys/kernel/random/boot_id /etc/ssh/ssh_host_ed25519_key.pub /sys/class/net/*/address';
  const all = await Promise.all(
    GUESTS.map(async (node) => (await inGuest(node, `${own} | grep -v ^00:`)).trim().split('\n')),
  );
  expect(all.map((lines) => lines.length)).toEqual([5, 5]);
  expect(new Set(all.flat()).size).toBe(10);
});

test('an account works in its own home on the host, and may become root with no password', async () => {
  const words =
    'whoami; id -u; echo by $(whoami) >made; sudo -n id -u; sudo -n sh -c "echo by root >~alice/by-root"';
  expect(await inGuest('one', `su - alice -c '${words}'`)).toBe(`alice\n${ALICE}\n0\n`);
  expect(
    await host.must(['sh', '-c', 'cd /users/alice && stat -c "%u %n" made by-root && cat made by-root']),
  ).toBe(`${ALICE} made\n${ALICE} by-root\nby alice\nby root\n`);
});

test('an account is logged into with the key that is in its home on the host', async () => {
  const control = (await inGuest('two', 'ip -o -4 address show control0')).match(/inet (\S+)\//)![1]!;
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'BatchMode=yes',
  ];
  const ssh = [
    'ssh',
    '-F',
    'none',
    ...options.flatMap((one) => ['-o', one]),
    '-i',
    '/tmp/alices',
    `alice@${control}`,
  ];
  expect(await host.must([...ssh, 'whoami; hostname; pwd'])).toBe('alice\ntwo\n/users/alice\n');
});

test(
  'restarted from within, it is itself again; stopped and started, too',
  async () => {
    const kept = 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; hostname; mount | grep -c "type 9p"';
    const boot = 'cat /proc/sys/kernel/random/boot_id';
    const was = await Promise.all(GUESTS.map((node) => inGuest(node, kept)));
    const earlier = await inGuest('one', boot);
    await inGuest('one', 'systemctl reboot');
    await host.ok('stop', ...NAMED, 'two');
    await host.ok('start', ...NAMED, 'two');
    const isBack = async (): Promise<boolean> => {
      const { code, stdout } = await host.cli('exec', ...NAMED, 'one', '--', 'sh', '-c', boot);
      return code === 0 && stdout !== earlier;
    };
    await until(isBack, 'one does not come back', undefined, 5 * MINUTES);
    expect(await Promise.all(GUESTS.map((node) => inGuest(node, kept)))).toEqual(was);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes');
    expect((await inGuest('two', 'wc -l </root/started')).trim()).toBe('2');
  },
  8 * MINUTES,
);

test('down leaves nothing', async () => {
  await host.ok('down', '--purge', ...NAMED);
  await host.must(['rm', '-f', SITE, FILE, '/users/alice/made', '/users/alice/by-root']);
  expect(await host.residue(before)).toEqual([]);
});
