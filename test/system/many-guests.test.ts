import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

const FILE = '/tmp/many.xml';
const NAMED = ['-e', 't-s/many', '--var', '/tmp/many'];
const GUESTS = Array.from({ length: 16 }, (_, index) => `g${index}`);

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  before = await host.snapshot();
});
afterAll(() => host.close());

test('sixteen guests come up, no more at a time than the host has cores, and all reach all', async () => {
  const guest = { on: ['lan'], attributes: { 'containers:node_type': 'qemu' } };
  await host.write(FILE, topdl(Object.fromEntries(GUESTS.map((name) => [name, guest]))));
  const { stdout } = await host.ok('up', FILE, ...NAMED, '--json');
  expect(stdout).toContain('"ok":true');
  expect(mostAtOnce(await host.read('/tmp/many/journal/journal.jsonl'))).toBe(
    Math.min(16, availableParallelism()),
  );
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 16 nodes, 240 pairs');
});

test('each has a disk of its own that holds no more than what differs', async () => {
  const sizes = await host.must(['sh', '-c', 'du -k /tmp/many/disks/*.qcow2 | cut -f1']);
  const kilobytes = sizes.trim().split('\n').map(Number);
  expect(kilobytes).toHaveLength(16);
  expect(Math.max(...kilobytes)).toBeLessThan(8 * 1024);
});

test('down leaves nothing', async () => {
  await host.ok('down', '--purge', ...NAMED);
  await host.must(['rm', FILE]);
  expect(await host.residue(before)).toEqual([]);
});

/** How many guests were being started at one time, by the journal. */
function mostAtOnce(journal: string): number {
  let now = 0;
  let most = 0;
  for (const line of journal.split('\n').filter(Boolean)) {
    const record = JSON.parse(line) as {
      type: string;
      id?: string;
      effects?: { effect: { name: string } }[];
    };
    if (record.type === 'intent')
      now += record.effects!.filter(({ effect }) => effect.name.startsWith('guest-')).length;
    if (record.type === 'done' && record.id!.startsWith('process guest-')) now -= 1;
    most = Math.max(most, now);
  }
  return most;
}
