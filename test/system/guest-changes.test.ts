import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';
import type { NodeSketch } from './_topdl.ts';

const FILE = '/tmp/changes.xml';
const NAMED = ['-e', 't-s/changes', '--var', "/tmp/its, var's"];
const GUEST = { on: ['lan'], attributes: { 'containers:node_type': 'qemu' } };
const BEHIND: Readonly<Record<string, NodeSketch>> = { x: { on: ['a'] }, y: { on: ['b'] }, z: { on: ['c'] } };

const BEFORE = topdl({ g: GUEST, r: { on: ['lan', 'a'] }, q: { on: ['lan', 'b', 'c'] }, ...BEHIND });
const AFTER = topdl({ g: GUEST, r: { on: ['lan'] }, q: { on: ['lan', 'a', 'b', 'c'] }, ...BEHIND });
const ONE_ROUTE = [expect.stringMatching(/^10\.0\.0\.0\/22 via 10\.0\.0\.\d+ dev inf000/)];

let host: Host;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
});
afterAll(() => host.close());

test('a guest that runs learns its new routes, and keeps none that would lead astray', async () => {
  await host.write(FILE, BEFORE);
  await host.ok('up', FILE, ...NAMED);
  expect(await routes()).toHaveLength(2);
  const boot = await bootId();

  await host.write(FILE, AFTER);
  await host.ok('up', FILE, ...NAMED);
  expect(await routes()).toEqual(ONE_ROUTE);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
  expect(await bootId()).toBe(boot);
});

test('a guest is quiet: it has no IPv6, which nobody asked for', async () => {
  const { stdout } = await host.ok('exec', ...NAMED, 'g', '--', 'cat', '/proc/net/if_inet6');
  expect(stdout).toBe('');
});

test('experiments share the snapshots of their guests', async () => {
  await host.write(FILE, topdl({ g: GUEST, p: { on: ['lan'] } }));
  await host.ok('up', FILE, '-e', 't-s/second', '--var', '/tmp/second');
  const links = await host.must(['sh', '-c', 'readlink /run/benito-pipeline/*/images/snapshot-*']);
  const [first, second, ...more] = links.trim().split('\n');
  expect([second, more]).toEqual([first, []]);
});

test('what changes between the start of a guest and the end of its launch reaches it all the same', async () => {
  await host.ok('down', ...NAMED);
  await host.write(FILE, BEFORE);
  await host.ok('run', 'setup', FILE, ...NAMED);
  await host.ok('run', 'launch', '--to', 'qemu/guests', ...NAMED);
  await host.must(['sh', '-c', 'kill -9 $(pgrep -x vde_switch)']);
  await host.write(FILE, AFTER);
  await host.ok('up', FILE, ...NAMED);
  expect(await routes()).toEqual(ONE_ROUTE);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
});

async function routes(): Promise<readonly string[]> {
  const { stdout } = await host.ok('exec', ...NAMED, 'g', '--', 'ip', 'route');
  return stdout.split('\n').filter((line) => line.includes(' via '));
}

async function bootId(): Promise<string> {
  return (await host.ok('exec', ...NAMED, 'g', '--', 'cat', '/proc/sys/kernel/random/boot_id')).stdout;
}
