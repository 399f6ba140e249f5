import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ROOT, throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

const VAR = '/tmp/ways';
const FILE = '/tmp/ways.xml';
const NAMED = ['-e', 't-s/ways', '--var', VAR];
const GUESTS = ['v', 't', 'f'];

/** A guest for each way to a switch port, and a process node. */
const TEXT = topdl({
  v: { on: ['lan'], attributes: { 'containers:node_type': 'qemu' } },
  t: { on: ['lan'], attributes: { 'containers:node_type': 'qemu', 'containers:qemu_network': 'tap' } },
  f: { on: ['lan'], attributes: { 'containers:node_type': 'qemu', 'containers:qemu_network': 'fd' } },
  p: { on: ['lan'] },
});

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['mkdir', '-p', '/etc/benito']);
  before = await host.snapshot();
});
afterAll(() => host.close());

describe("QEMU's own VDE, TAPs with vde_plug2tap, and a pair of file descriptors with vde_plug", () => {
  test('each reaches each, and the process node', async () => {
    await host.write(FILE, TEXT);
    await host.ok('up', FILE, ...NAMED);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 4 nodes, 12 pairs');
  });

  test('each is what it says: one TAP pair, no TAP at all for the others', async () => {
    const taps = await host.must(['sh', '-c', "ip -o link | grep -cE ': b[qp][0-9a-f]{13}' || true"]);
    expect(taps.trim()).toBe('2');
    const processes = await host.must(['ps', '-eo', 'args']);
    expect(processes).toContain('vde_plug2tap --daemon');
    expect(processes).toMatch(/vde_plug seqpacket:\/\/3 vde:/);
    expect(processes).toMatch(/local\.type=fd/);
  });

  test('all of them find back to a switch that was started anew', async () => {
    await host.must(['sh', '-c', 'kill -9 $(pgrep -x vde_switch)']);
    expect((await host.cli('status', ...NAMED)).code).toBe(1);
    await host.ok('up', FILE, ...NAMED);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    expect((await host.ok('up', FILE, ...NAMED)).stdout).toContain('nothing to do');
  });

  test('and to TAPs that were deleted', async () => {
    const taps = "ip -o link | grep -oE 'b[qpc][0-9a-f]{13}' | sort -u";
    await host.must(['sh', '-c', `for tap in $(${taps}); do ip link del $tap; done`]);
    await host.ok('up', FILE, ...NAMED);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    for (const node of GUESTS) await host.ok('exec', ...NAMED, node, '--', 'true');
  });

  test('down leaves nothing', async () => {
    await host.ok('down', '--purge', ...NAMED);
    await host.must(['rm', FILE]);
    expect(await host.residue(before)).toEqual([]);
  });
});

test('booted instead of restored, with files by virtio for guests that are trusted: root is root in them', async () => {
  await host.write(
    '/etc/benito/site.yaml',
    'file_systems:\n  server: virtio\n  trust_guests: true\nplatforms:\n  qemu:\n    snapshot: false\n',
  );
  await host.write(
    FILE,
    topdl({ v: { on: ['lan'], attributes: { 'containers:node_type': 'qemu' } }, p: { on: ['lan'] } }),
  );
  await host.ok('up', FILE, ...NAMED);
  await host.ok(
    'exec',
    ...NAMED,
    'v',
    '--',
    'sh',
    '-c',
    'echo mine >/proj/mine; chown 4001:4002 /proj/mine; chmod 604 /proj/mine',
  );
  expect(await host.must(['stat', '-c', '%u %g %a', `${VAR}/files/proj/mine`])).toBe('4001 4002 604\n');
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
  await host.must(['rm', `${VAR}/files/proj/mine`]);
  await host.ok('down', '--purge', ...NAMED);
  await host.must(['rm', FILE, '/etc/benito/site.yaml']);
  expect(await host.residue(before)).toEqual([]);
});

describe('KVM is used where a guest was seen to boot with it, and not because /dev/kvm opens', () => {
  test('a processor without the means is believed', async () => {
    const told = await probeWith('flags : fpu sse2');
    expect(told).toBe('tcg: this processor offers no vmx or svm\n');
  });

  test('one that claims to have them is put to the test', async () => {
    const told = await probeWith('flags : fpu vmx');
    const opens = (await host.run(['sh', '-c', ': <>/dev/kvm'])).code === 0;
    expect(told).toBe(opens ? await bootsWithKvm() : 'tcg: /dev/kvm cannot be opened\n');
  });

  /** What the probe says on a host whose processor has these flags. */
  function probeWith(flags: string): Promise<string> {
    const script =
      'echo "$2" >/tmp/cpuinfo && mount --bind /tmp/cpuinfo /proc/cpuinfo && "$1"; umount /proc/cpuinfo';
    return host.must(['sh', '-c', script, 'sh', join(ROOT, 'launch/qemu/_probe_kvm.sh'), flags]);
  }

  /** Seen without the probe: whether QEMU gets anything out of a kernel by KVM. */
  async function bootsWithKvm(): Promise<string> {
    const { boot } = await imagesOfThisMachine(['boot']);
    const kernel = `-kernel ${boot}/vmlinux -initrd ${boot}/initrd.gz -append console=ttyS0`;
    const machine = '-nodefaults -display none -no-reboot -accel kvm -cpu host -m 128M -serial stdio';
    const { stdout } = await host.run([
      'sh',
      '-c',
      `timeout 30 qemu-system-x86_64 ${machine} ${kernel} </dev/null 2>/dev/null | grep -m1 -o 'Linux version' || true`,
    ]);
    return stdout === '' ? 'tcg: a guest did not boot within 30 s with /dev/kvm\n' : 'kvm\n';
  }
});
