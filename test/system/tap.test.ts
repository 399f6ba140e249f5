import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { allPings, identities, readExperiment, wrongPings } from './_experiment.ts';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-s/tap';
const VAR = '/tmp/tap';
const NAMED = ['-e', FULL, '--var', VAR];
const TAP = { 'containers:node_type': 'tap' };
const COMMAND = 'env | sort; ip -brief address show dev "$TAPS"; cat "$ROUTES"; exec sleep 100000';

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(
    '/tmp/tap.xml',
    topdl({
      a: { on: ['lan'], attributes: { ...TAP, 'containers:tap_command': COMMAND } },
      b: { on: ['lan'], attributes: { ...TAP, startup: 'ip route; echo trouble >&2; exit 3' } },
      r: { on: ['lan', 'link'], attributes: TAP },
      c: { on: ['link'] },
      g: { on: ['link'], attributes: { ...TAP, 'containers:ghost': 'true' } },
    }),
  );
  before = await host.snapshot();
  await host.ok('up', '/tmp/tap.xml', ...NAMED);
});
afterAll(() => host.close());

const read = () => readExperiment(host, FULL, VAR);

test('tap nodes and others reach each other, through tap nodes too', async () => {
  const experiment = await read();
  const { nodes } = experiment;
  const awake = nodes.filter(({ name }) => name !== 'g');
  expect(awake.map(({ name }) => name)).toEqual(['a', 'b', 'r', 'c']);
  expect(await wrongPings(host, experiment, allPings({ ...experiment, nodes: awake }))).toEqual([]);
});

test('the command of a node has its TAPs, addresses, MACs and routes', async () => {
  const log = await host.read(`${VAR}/log/a/tap_command.log`);
  const one = (await read()).nodes.find(({ name }) => name === 'a')!.interfaces[0]!;
  expect(log).toContain(`ADDRESSES=${one.address}/${one.prefix}\n`);
  expect(log).toMatch(/^MACS=[0-9a-f:]{17}$/m);
  expect(log).toContain(`NODE=a\n`);
  expect(log).toContain(`TAPS=${one.name}\n`);
  expect(log).toMatch(new RegExp(`^${one.name} .* ${one.address}/`, 'm'));
  expect(log).toContain(await host.read(`${VAR}/config/route/a`));
});

test('a start command runs once, and its output is kept', async () => {
  const logs = (await host.ok('logs', 'b', ...NAMED)).stdout;
  expect(logs).toContain(' via ');
  expect(logs).toContain('[stderr] trouble');
  expect(logs).toContain('ended with status 3');
});

test('exec gets into a node, and one node stops and starts alone', async () => {
  expect((await host.ok('exec', 'c', ...NAMED, '--', 'ping', '-c', '1', 'a')).stdout).toContain(
    ' 0% packet loss',
  );
  const all = await identities(host, FULL);
  await host.ok('stop', 'a', ...NAMED);
  expect((await host.cli('exec', 'c', ...NAMED, '--', 'ping', '-c', '1', '-W', '1', 'a')).code).not.toBe(0);
  await host.ok('start', 'a', ...NAMED);
  expect((await host.ok('exec', 'c', ...NAMED, '--', 'ping', '-c', '1', 'a')).stdout).toContain(
    ' 0% packet loss',
  );
  const again = await identities(host, FULL);
  const others = ({ processes }: typeof all) =>
    Object.fromEntries(Object.entries(processes).filter(([name]) => !/-a(\.|$)/.test(name)));
  expect(others(again)).toEqual(others(all));
});

test('a second up changes nothing; down leaves nothing', async () => {
  expect((await host.ok('up', '/tmp/tap.xml', ...NAMED)).stdout).toMatch(/nothing/i);
  await host.ok('down', '--purge', ...NAMED);
  expect(await host.residue(before)).toEqual([]);
});
