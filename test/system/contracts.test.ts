import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';

const NAMED = ['-e', 't-s/contracts', '--var', '/tmp/contracts'];
const STAGES = ['--stages', '/tmp/daemons'];
const UP = ['up', '/tmp/contracts.xml', ...NAMED, ...STAGES];
const NODES = ['a', 'b', 'c', 'd'];

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  host = await throwAwayHost();
  const typed = { on: ['lan'], attributes: { 'containers:node_type': 'daemon' } };
  await host.write('/tmp/contracts.xml', topdl(Object.fromEntries(NODES.map((name) => [name, typed]))));
  await host.write('/tmp/daemons/setup/daemon/_platform.ts', PLATFORM);
  await host.write('/tmp/daemons/setup/daemon/10_ports.ts', PORTS);
  await host.write('/tmp/daemons/launch/daemon/servers.ts', SERVERS);
  await host.write('/etc/benito/site.yaml', 'platforms: { daemon: { first_port: 7100 } }\n');
  await host.write('/tmp/answer', 'one\n');
  await host.write('/tmp/asked', '');
  before = await host.snapshot();
});
afterAll(() => host.close());

test('plan asks the probes, shows the answers, and leaves nothing; apply refuses where one answers otherwise', async () => {
  const { stdout } = await host.ok(
    'plan',
    '/tmp/contracts.xml',
    ...NAMED,
    ...STAGES,
    '--out',
    '/tmp/the.plan',
  );
  expect(stdout).toContain('probe answer: cat /tmp/answer -> status 0\n      one\n');
  expect(await ours(await host.residue(before))).toEqual([]);
  await host.write('/tmp/answer', 'two\n');
  const { code, stderr } = await host.cli('apply', '/tmp/the.plan');
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("the probe 'answer' of launch/daemon/servers prints something else now"),
  ]);
  await host.must(['rm', '/tmp/the.plan']);
});

test('a bad setting of a platform is told by its line', async () => {
  await host.write('/etc/benito/site.yaml', 'platforms:\n  daemon:\n    first_port: 80\n');
  const { code, stderr } = await host.cli(...UP);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      '/etc/benito/site.yaml:3: setting platforms.daemon.first_port: a number from 1024',
    ),
  ]);
  await host.write('/etc/benito/site.yaml', 'platforms: { daemon: { first_port: 7100 } }\n');
});

test('what has a weight is started as many at a time as there are cores; it is ready when its port accepts', async () => {
  await host.ok(...UP);
  const begun = await log('begun');
  expect([...begun].sort()).toEqual(NODES);
  expect(await mostAtOnce()).toBeLessThanOrEqual(availableParallelism());
  expect(await log('plugged')).toEqual(expect.arrayContaining(['a', 'b', 'c', 'd', 'a-b']));
  expect(await host.read('/tmp/contracts/config/platform/daemon/pnode-0000/ports.yaml')).toContain(
    'port: 7100',
  );
  expect(await host.read('/tmp/contracts/config/site.yaml')).toContain('first_port: 7100');
});

test('launch alone finds what setup kept for it, and an expensive probe is asked once', async () => {
  const asked = await host.read('/tmp/asked');
  await host.ok('run', 'launch', ...NAMED, ...STAGES);
  expect(await host.read('/tmp/asked')).toBe(asked);
  expect(await log('begun')).toHaveLength(NODES.length);
  expect(await log('plugged')).toHaveLength(NODES.length + 1);
});

test('what is plugged into a process goes and comes back with it, and nothing else does', async () => {
  const [a, b] = [await host.read('/run/daemon-a.pid'), await host.read('/run/daemon-b.pid')];
  await host.must(['kill', '-9', a.trim()]);
  expect((await host.cli('status', ...NAMED)).stdout).toContain('plug-a');
  await host.ok(...UP);
  expect(await host.read('/run/daemon-a.pid')).not.toBe(a);
  expect(await host.read('/run/daemon-b.pid')).toBe(b);
  expect((await log('plugged')).slice(NODES.length + 1).sort()).toEqual(['a', 'a-b']);
  // In b, which lives on, the cable of old could still be.
  expect(await log('unplugged')).toEqual(['a-b']);
  const { stdout } = await host.ok(...UP, '--json');
  expect(stdout).toMatch(/"type":"delta","make":0,"change":0,"unmake":0/);
});

test('down unplugs nothing from what goes anyway, and leaves nothing', async () => {
  await host.ok('down', ...NAMED, '--purge');
  expect(await log('unplugged')).toEqual(['a-b']);
  expect(await ours(await host.residue(before))).toEqual([]);
});

/** What the daemons and plugs have written down: who, in order. */
async function log(what: string): Promise<readonly string[]> {
  const lines = (await host.read('/tmp/daemons.log')).split('\n').map((line) => line.split(' '));
  return lines.flatMap(([verb, name]) => (verb === what ? [name!] : []));
}

async function mostAtOnce(): Promise<number> {
  let [now, most] = [0, 0];
  for (const line of (await host.read('/tmp/daemons.log')).split('\n')) {
    if (line.startsWith('begun')) now += 1;
    if (line.startsWith('accepts')) now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

/** Without what the test itself wrote. */
async function ours(residue: readonly string[]): Promise<readonly string[]> {
  return residue.filter((line) => !/\/tmp\/(answer|asked|the\.plan|daemons\.log)|\/etc\/benito/.test(line));
}

const PLATFORM = `
import { definePlatform } from 'benito-pipeline';
export default definePlatform({
  summary: 'a server for each node',
  settings: { first_port: { type: 'number', default: 7000, min: 1024, max: 65535, summary: 'The first port' } },
  verbs: { alive: ({ name }) => ({ kind: 'process', name: 'daemon-' + name }) },
});
`;

const PORTS = `
import { defineStage } from 'benito-pipeline';
export default defineStage({
  summary: 'Choose a port for each node',
  needs: ['nodes', 'settings'],
  provides: ['ports'],
  plan: ({ facts: { nodes, settings } }) => ({
    facts: { ports: nodes.map(({ name }, index) => ({ name, port: settings.platforms.daemon.first_port + index })) },
  }),
});
`;

const SERVERS = `
import { defineStage, effect } from 'benito-pipeline';
const LOG = 'echo "$1 $2" >>/tmp/daemons.log';
const SERVER = \`
import os, socket, sys, time
name, port = sys.argv[1], int(sys.argv[2])
say = lambda what: os.write(log, f'{what} {name}\\\\n'.encode())
log = os.open('/tmp/daemons.log', os.O_WRONLY | os.O_APPEND | os.O_CREAT)
say('begun')
open(f'/run/daemon-{name}.pid', 'w').write(str(os.getpid()))
time.sleep(0.3)
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('127.0.0.1', port))
say('accepts')
server.listen()
while True: server.accept()
\`;
export default defineStage({
  summary: 'Start the servers',
  needs: ['ports'],
  probes: () => [
    { name: 'answer', argv: ['cat', '/tmp/answer'] },
    { name: 'expensive', argv: ['sh', '-c', 'echo >>/tmp/asked'], remember: true },
  ],
  plan({ facts: { ports } }) {
    const servers = ports.map(({ name, port }) =>
      effect.process(
        {
          name: 'daemon-' + name,
          argv: ['python3', '-c', SERVER, name, String(port)],
          start: 'stays',
          ready: { tcp: { address: '127.0.0.1', port }, seconds: 30 },
          creates: ['/run/daemon-' + name + '.pid'],
        },
        { node: name, weight: 1 },
      ),
    );
    const say = (verb, name) => ['sh', '-c', LOG, 'sh', verb, name];
    const plug = (name, of) =>
      effect.command({ identity: 'plug-' + name, of, make: say('plugged', name), unmake: say('unplugged', name) });
    return {
      effects: [
        ...servers,
        ...ports.map(({ name }, index) => plug(name, [servers[index]])),
        plug('a-b', servers.slice(0, 2)),
      ],
    };
  },
});
`;
