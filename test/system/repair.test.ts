import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPings, changed, identities, readExperiment, wrongPings } from './_experiment.ts';
import type { Experiment } from './_experiment.ts';
import { throwAwayHost, until } from './_host.ts';
import type { Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-s/mended';
const VAR = '/tmp/mended';
const FILE = '/tmp/mended.xml';
const NAMED = ['-e', FULL, '--var', VAR];
const NODES = {
  a: { on: ['lan'] },
  b: { on: ['lan'] },
  r: { on: ['lan', 'link0'] },
  c: { on: ['link0'] },
  s: { on: ['link0', 'link1'] },
  e: { on: ['lan', 'link1'] },
};

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(FILE, topdl(NODES));
  await host.ok('up', FILE, ...NAMED);
});
afterAll(() => host.close());

test('a second up has nothing to do', async () => {
  const before = await identities(host, FULL);
  expect(await upAgain()).toEqual({ make: 0, change: 0, unmake: 0 });
  expect(await identities(host, FULL)).toEqual(before);
});

describe('what was deleted by hand comes back, with what died with it, and nothing else is touched', () => {
  const cases: readonly Case[] = [
    { name: 'an address', remove: () => inNode('b', 'addr', 'flush', 'dev', 'inf000', 'scope', 'global') },
    { name: 'a route', remove: async () => inNode('a', 'route', 'del', await firstRoute('a')) },
    { name: 'all routes', remove: () => inNode('c', 'route', 'flush', 'proto', 'boot') },
    { name: 'a link that is down', remove: () => inNode('c', 'link', 'set', 'inf000', 'down') },
    {
      name: 'a link',
      remove: () => inNode('r', 'link', 'del', 'inf001'),
      processes: ['plug-r.inf001'],
      links: ['r/inf001'],
    },
    {
      name: 'a switch',
      remove: () => killDaemon('switch-lan'),
      processes: ['plug-a.inf000', 'plug-b.inf000', 'plug-e.inf000', 'plug-r.inf000', 'switch-lan'],
    },
    { name: 'a plug', remove: () => killDaemon('plug-s.inf001'), processes: ['plug-s.inf001'] },
    {
      name: "a node's first process",
      remove: () => killDaemon('node-r'),
      processes: ['node-r', 'plug-r.inf000', 'plug-r.inf001'],
    },
    {
      name: "the name of a node's namespace",
      remove: () => host.must(['ip', 'netns', 'delete', 't-s.mended.a']),
    },
    {
      name: 'the mount namespace that nodes start from',
      remove: () => killDaemon('base'),
      processes: ['base'],
    },
  ];

  test.each(cases)('$name', async ({ remove, processes = [], links = [] }) => {
    const before = await identities(host, FULL);
    await remove();
    await host.ok('up', FILE, ...NAMED);
    const after = await identities(host, FULL);
    expect(changed(before.processes, after.processes)).toEqual(processes);
    // A namespace that is made anew may give its links the same numbers.
    expect(links).toEqual(expect.arrayContaining([...changed(before.links, after.links)]));
    expect(Object.keys(after.links).sort()).toEqual(Object.keys(before.links).sort());
    const experiment = await theExperiment();
    expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
    expect(await upAgain()).toEqual({ make: 0, change: 0, unmake: 0 });
  });

  interface Case {
    readonly name: string;
    readonly remove: () => Promise<unknown>;
    /** What has to be made anew. */
    readonly processes?: readonly string[];
    readonly links?: readonly string[];
  }
});

test('a changed experiment leaves untouched nodes alone, down to a TCP connection between two of them', async () => {
  const { nodes } = await theExperiment();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => nodes.find((node) => node.name === name)!);
  const talk = await connection('a', 'c', c!.interfaces[0]!.address);
  const before = await identities(host, FULL);

  // A node more (d), a link less (link1), and another address (b's).
  const [network] = /^\d+\.\d+\.\d+\./.exec(b!.interfaces[0]!.address)!;
  await host.write(
    FILE,
    topdl({
      a: NODES.a,
      b: { on: [{ substrate: 'lan', address: `${network}200` }] },
      r: NODES.r,
      c: NODES.c,
      s: { on: ['link0'] },
      e: { on: ['lan'] },
      d: { on: ['lan'] },
    }),
  );
  await host.ok('up', FILE, ...NAMED);
  const after = await identities(host, FULL);

  expect(changed(before.processes, after.processes)).toEqual(
    ['node-d', 'plug-d.inf000', 'plug-e.inf001', 'plug-s.inf001', 'switch-link1'].sort(),
  );
  expect(changed(before.links, after.links)).toEqual(['d/inf000', 'd/lo', 'e/inf001', 's/inf001']);
  await talk('still there');
  const experiment = await theExperiment();
  expect(experiment.nodes.find(({ name }) => name === 'a')).toMatchObject({ interfaces: a!.interfaces });
  expect(experiment.owners.get(`${network}200`)?.name).toBe('b');
  expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
  expect(await upAgain()).toEqual({ make: 0, change: 0, unmake: 0 });
});

function theExperiment(): Promise<Experiment> {
  return readExperiment(host, FULL, VAR);
}

/** How much a further `up` finds to do. */
async function upAgain(): Promise<unknown> {
  const { stdout } = await host.ok('up', FILE, ...NAMED, '--json');
  const events = stdout
    .split('\n')
    .filter((one) => one.startsWith('{'))
    .map((one) => JSON.parse(one) as { type: string; make: number; change: number; unmake: number });
  const { make, change, unmake } = events.find(({ type }) => type === 'delta')!;
  return { make, change, unmake };
}

function inNode(node: string, ...words: readonly string[]): Promise<string> {
  return host.must(['ip', '-netns', `t-s.mended.${node}`, ...words]);
}

async function firstRoute(node: string): Promise<string> {
  const routes = await inNode(node, 'route', 'show');
  return routes
    .split('\n')
    .find((one) => one.includes(' via '))!
    .split(' ')[0]!;
}

async function killDaemon(name: string): Promise<void> {
  const pid = (await identities(host, FULL)).processes[name]!.split('@')[0]!;
  await host.must(['kill', '-KILL', pid]);
  await until(
    async () => (await host.run(['test', '-e', `/proc/${pid}`])).code !== 0,
    `${name} does not die`,
  );
}

/** A TCP connection between two nodes; what it returns sends a line and waits for its echo. */
async function connection(
  from: string,
  to: string,
  address: string,
): Promise<(text: string) => Promise<void>> {
  const inNetns = (node: string, script: string) =>
    host.start(['ip', 'netns', 'exec', `t-s.mended.${node}`, process.execPath, '-e', script]);
  const server = inNetns(
    to,
    "require('net').createServer((socket) => socket.pipe(socket)).listen(7000, () => console.log('listening'))",
  );
  await until(async () => server.stdout().includes('listening'), 'nobody listens', server);
  const client = inNetns(
    from,
    `const socket = require('net').connect(7000, '${address}');
     process.stdin.pipe(socket).pipe(process.stdout);
     socket.on('error', (error) => { console.error(error.message); process.exit(1); });`,
  );
  const talk = async (text: string): Promise<void> => {
    client.say(`${text}\n`);
    await until(async () => client.stdout().includes(text), `no echo of '${text}'`, client);
  };
  await talk('hello');
  return talk;
}
