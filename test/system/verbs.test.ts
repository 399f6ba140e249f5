import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { changed, identities } from './_experiment.ts';
import { commandOf, throwAwayHost, until } from './_host.ts';
import type { Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-v/verbs';
const VAR = '/tmp/verbs';
const FILE = '/tmp/verbs.xml';
const NAMED = ['-e', FULL];
const UP = ['up', FILE, ...NAMED, '--var', VAR];
const COUNT = 'echo life >>/tmp/lives-$(hostname)';

interface Status {
  readonly state: string;
  readonly nodes: readonly { readonly name: string; readonly state: string }[];
}

/** A line a - r - b, and a ghost; each counts its lives. */
let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(
    FILE,
    topdl({
      a: { on: ['left'], attributes: { startup: COUNT } },
      r: { on: ['left', 'right'], attributes: { startup: COUNT } },
      b: { on: ['right'], attributes: { startup: COUNT } },
      g: { on: ['left'], attributes: { 'containers:ghost': 'true' } },
    }),
  );
  await host.ok(...UP);
});
afterAll(() => host.close());

describe('stop', () => {
  test('ends the node and nothing else, and says so', async () => {
    const before = await identities(host, FULL);
    await host.ok('stop', 'b', ...NAMED);
    const after = await identities(host, FULL);
    expect(changed(before.processes, after.processes)).toEqual(['node-b', 'plug-b.inf000']);
    expect(changed(before.links, after.links)).toEqual([]);
    expect(await states()).toEqual({ a: 'running', r: 'running', b: 'stopped', g: 'ghost' });
    const { code, stdout } = await host.cli('status', ...NAMED);
    expect(stdout).toContain('t-v/verbs is up: 4 nodes, 2 running, 1 stopped, 1 ghost');
    expect(code).toBe(0);
  });

  test('is no mistake of a node that is stopped', async () => {
    expect((await host.ok('stop', 'b', ...NAMED)).stdout).toContain('nothing to do');
    expect(await states()).toMatchObject({ b: 'stopped' });
  });

  test('leaves the node out of what is expected', async () => {
    expect((await host.cli('exec', 'b', ...NAMED, '--', 'true')).stderr).toContain(
      `b was stopped\n  hint: start it: benito-pipeline start b -e ${FULL}`,
    );
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 2 nodes');
    expect((await host.cli('wait', 'b', ...NAMED, '--timeout', '0')).stderr).toContain('b was stopped');
  });

  test('keeps what is known of its start command', async () => {
    expect((await host.ok('logs', 'b', ...NAMED)).stdout).toContain('ended with status 0');
  });

  test.each([
    [['x'], "has no node 'x'", 1],
    [['g'], 'g is a ghost', 1],
    [[], 'no node is named', 2],
    [['a', '--all'], 'there are nodes named beside --all', 2],
  ])('of %j is refused', async (words, message, code) => {
    const ended = await host.cli('stop', ...words, ...NAMED);
    expect(ended.stderr).toContain(message);
    expect(ended.code).toBe(code);
  });
});

describe('start', () => {
  test('makes the node anew, with its start command, and nothing else', async () => {
    const before = await identities(host, FULL);
    await host.ok('start', 'b', ...NAMED);
    const after = await identities(host, FULL);
    expect(changed(before.processes, after.processes)).toEqual(['node-b', 'plug-b.inf000']);
    expect(changed(before.links, after.links)).toEqual([]);
    await lives('b', 2);
    expect(await states()).toMatchObject({ a: 'running', b: 'running' });
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes');
    expect(await upFindsNothing()).toBe(true);
  });

  test('has nothing to do where the node runs', async () => {
    expect((await host.ok('start', 'b', ...NAMED)).stdout).toContain('nothing to do');
    await lives('b', 2);
  });

  test('mends one node that died, and what it hangs on, not the others', async () => {
    await killDaemon('node-a');
    await killDaemon('plug-a.inf000');
    await killDaemon('node-r');
    await host.ok('start', 'a', ...NAMED);
    expect(await states()).toMatchObject({ a: 'running', r: 'dead' });
    await host.ok(...UP);
    expect(await states()).toMatchObject({ a: 'running', r: 'running' });
  });

  test('leaves others stopped', async () => {
    await host.ok('stop', 'a', 'b', ...NAMED);
    await host.ok('start', 'a', ...NAMED);
    expect(await states()).toMatchObject({ a: 'running', b: 'stopped' });
  });

  test('by up, too', async () => {
    await host.ok(...UP);
    expect(await states()).toMatchObject({ b: 'running' });
  });
});

describe('restart', () => {
  test('gives a node another life, and leaves all others theirs', async () => {
    await lives('r', 2);
    const before = await identities(host, FULL);
    await host.ok('restart', 'r', ...NAMED);
    const after = await identities(host, FULL);
    expect(changed(before.processes, after.processes)).toEqual(['node-r', 'plug-r.inf000', 'plug-r.inf001']);
    expect(changed(before.links, after.links)).toEqual([]);
    await lives('r', 3);
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable');
    expect(await upFindsNothing()).toBe(true);
  });

  test('of all', async () => {
    const before = await identities(host, FULL);
    await host.ok('restart', '--all', ...NAMED);
    const after = await identities(host, FULL);
    expect(changed(before.processes, after.processes)).toEqual([
      'node-a',
      'node-b',
      'node-r',
      'plug-a.inf000',
      'plug-b.inf000',
      'plug-r.inf000',
      'plug-r.inf001',
    ]);
    expect(await upFindsNothing()).toBe(true);
  });

  test('stops nothing that could not be started', async () => {
    await host.must(['mv', `${VAR}/config/topo.xml`, `${VAR}/config/away`]);
    const before = await identities(host, FULL);
    const { code, stderr } = await host.cli('restart', 'a', ...NAMED);
    await host.must(['mv', `${VAR}/config/away`, `${VAR}/config/topo.xml`]);
    expect(stderr).toContain('holds no complete setup');
    expect(code).toBe(1);
    expect(await identities(host, FULL)).toEqual(before);
    expect(await states()).toMatchObject({ a: 'running' });
  });
});

describe('wait', () => {
  test('returns at once for what runs', async () => {
    expect((await host.ok('wait', ...NAMED)).stdout).toBe('3 nodes run\n');
    expect((await host.ok('wait', 'a', ...NAMED)).stdout).toBe('a runs\n');
  });

  test('for a node that another process starts', async () => {
    await host.ok('stop', 'a', ...NAMED);
    const waiting = host.start(commandOf(['wait', 'a', ...NAMED]));
    await host.ok('start', 'a', ...NAMED);
    expect(await waiting.ended).toMatchObject({ code: 0, stdout: 'a runs\n' });
    expect(await states()).toMatchObject({ a: 'running' });
  });

  test('for an experiment that is not there yet', async () => {
    await host.ok('down', ...NAMED, '--purge');
    const waiting = host.start(commandOf(['wait', ...NAMED, '--var', VAR]));
    await host.ok(...UP);
    expect(await waiting.ended).toMatchObject({ code: 0, stdout: '3 nodes run\n' });
  });

  test('names what died, and that nobody is at work', async () => {
    await killDaemon('node-b');
    const { code, stderr } = await host.cli('wait', ...NAMED);
    expect(stderr).toContain(`b its process node-b died; and nobody is bringing ${FULL} up`);
    expect(code).toBe(1);
    await host.ok(...UP);
  });

  test('of no node of the experiment', async () => {
    expect((await host.cli('wait', 'x', ...NAMED)).stderr).toContain("has no node 'x'");
  });
});

describe('what the platform does not have', () => {
  test.each(['console', 'ssh'])('%s says what works instead', async (verb) => {
    const { code, stderr } = await host.cli(verb, 'a', ...NAMED);
    expect(stderr).toContain('nodes of the platform process have no');
    expect(stderr).toContain(`for a: benito-pipeline shell a -e ${FULL}`);
    expect(code).toBe(1);
  });
});

test('down takes all of it away, stopped or not', async () => {
  await host.ok('stop', 'a', ...NAMED);
  await host.ok('down', ...NAMED, '--purge');
  expect((await host.ok('list')).stdout).toBe('no experiments on this host\n');
  expect((await host.cli('stop', 'a', ...NAMED)).code).toBe(1);
});

async function states(): Promise<Readonly<Record<string, string>>> {
  const { nodes } = JSON.parse((await host.cli('status', ...NAMED, '--json')).stdout) as Status;
  return Object.fromEntries(nodes.map(({ name, state }) => [name, state]));
}

/** How often a node's start command has run. */
async function lives(node: string, count: number): Promise<void> {
  const read = async (): Promise<string> => (await host.run(['cat', `/tmp/lives-${node}`])).stdout;
  await until(async () => (await read()).split('\n').length - 1 >= count, `${node} has too few lives`);
  expect(await read()).toBe('life\n'.repeat(count));
}

async function upFindsNothing(): Promise<boolean> {
  return (await host.ok(...UP)).stdout.includes('nothing to do');
}

async function killDaemon(name: string): Promise<void> {
  const pid = (await identities(host, FULL)).processes[name]!.split('@')[0]!;
  await host.must(['kill', '-KILL', pid]);
  await until(async () => (await host.run(['test', '-e', `/proc/${pid}`])).code !== 0, `${name} lives on`);
}
