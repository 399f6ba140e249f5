import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPings, identities, portCounters, readExperiment, wrongPings } from './_experiment.ts';
import { throwAwayHost, until } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-s/nodes';
const VAR = '/tmp/nodes';
const NAMED = ['-e', FULL, '--var', VAR];
const AWKWARD = `printf '%s|' "it's" 'a "b"' \\$HOME $0 "$((1+1))" '<&>'\npwd; exit 7`;

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(
    '/tmp/nodes.xml',
    topdl({
      a: { on: ['lan'], attributes: { startup: AWKWARD } },
      b: { on: ['lan'], attributes: { startup: 'echo started; echo trouble >&2; sleep 1000' } },
      r: { on: ['lan', 'link'], attributes: { startup: '/no/such/command' } },
      c: { on: ['link'] },
      g: {
        on: ['lan'],
        attributes: { 'containers:ghost': 'true', startup: 'touch /tmp/ghosts-do-not-walk' },
      },
    }),
  );
  await host.ok('up', '/tmp/nodes.xml', ...NAMED);
});
afterAll(() => host.close());

describe('a process node', () => {
  test('sees its own processes only, with its own first process', async () => {
    const pids = (await inNode('c', 'sh', '-c', 'cd /proc && echo [0-9]*')).trim().split(' ');
    expect(pids).toContain('1');
    expect(pids.length).toBeLessThanOrEqual(4);
    const first = await inNode('c', 'cat', '/proc/1/comm');
    expect(first).not.toBe(await host.read('/proc/1/comm').then((name) => `${name}!`));
    const others = (await identities(host, FULL)).processes['switch-lan']!.trim().split('@')[0]!;
    expect((await execIn('c', 'test', '-e', `/proc/${others}/fd`)).code).not.toBe(0);
  });

  test('has its hostname, and the names of the experiment', async () => {
    expect(await inNode('c', 'hostname')).toBe('c\n');
    expect(await inNode('c', 'cat', '/etc/hosts')).toBe(await host.read(`${VAR}/config/hosts`));
    expect(await inNode('c', 'getent', 'hosts', 'a')).toMatch(/^10\./);
    expect((await host.must(['hostname'])).trim()).toBe('throw-away');
    expect(await host.read('/etc/hosts')).not.toBe(await host.read(`${VAR}/config/hosts`));
  });

  test('reads the config directory, and can set its routes from it', async () => {
    expect(await inNode('c', 'cat', '/var/benito/config/pid_eid')).toBe('t-s\nnodes\n');
    expect((await execIn('c', 'sh', '-c', 'echo >/var/benito/config/pid_eid')).code).not.toBe(0);
    await inNode('c', 'ip', 'route', 'flush', 'proto', 'boot');
    await inNode('c', '/var/benito/launch/routes', '/var/benito/config');
    const nodes = await readExperiment(host, FULL, VAR);
    expect(await wrongPings(host, nodes, allPings(awake(nodes)))).toEqual([]);
  });

  test("keeps its mounts to itself, and has the host's files", async () => {
    await host.must(['mkdir', '-p', '/mnt/here']);
    await inNode('c', 'mount', '-t', 'tmpfs', 'private', '/mnt/here');
    expect(await inNode('c', 'stat', '-f', '-c', '%T', '/mnt/here')).toBe('tmpfs\n');
    expect(await host.must(['stat', '-f', '-c', '%T', '/mnt/here'])).not.toBe('tmpfs\n');
    expect(await inNode('a', 'stat', '-f', '-c', '%T', '/mnt/here')).not.toBe('tmpfs\n');
    await inNode('c', 'umount', '/mnt/here');
    await host.write('/tmp/seen', 'by all\n');
    expect(await inNode('c', 'cat', '/tmp/seen')).toBe('by all\n');
    expect((await execIn('c', 'grep', 'nsfs', '/proc/self/mountinfo')).stdout).toBe('');
  });

  test('forwards only where it has several interfaces, and has no IPv6', async () => {
    for (const [node, forwarding] of [
      ['a', '0'],
      ['r', '1'],
      ['c', '0'],
    ] as const) {
      expect(await inNode(node, 'cat', '/proc/sys/net/ipv4/ip_forward')).toBe(`${forwarding}\n`);
      expect(await inNode(node, 'ip', '-6', 'addr')).toBe('');
    }
  });

  test('gives back the exit code of what is run in it', async () => {
    expect((await execIn('c', 'sh', '-c', 'exit 42')).code).toBe(42);
    expect((await execIn('c', 'sh', '-c', 'printf %s "$1"', 'sh', `it's $HOME`)).stdout).toBe(`it's $HOME`);
  });
});

test('a LAN that nobody uses carries no packet', async () => {
  const nodes = awake(await readExperiment(host, FULL, VAR));
  await wrongPings(host, nodes, allPings(nodes));
  // Neighbours that were just talked to are asked once more whether they are there, 5 s later.
  let before = await portCounters(host, nodes);
  const quiet = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    const now = await portCounters(host, nodes);
    const same = [...now].every(
      ([port, count]) => count.in === before.get(port)!.in && count.out === before.get(port)!.out,
    );
    before = now;
    return same;
  };
  await until(quiet, 'there is always traffic', undefined, 30_000);
});

describe('the start command', () => {
  test('runs exactly as it is written, in the root of the node', async () => {
    await ended('a');
    const output = `it's|a "b"|$HOME|sh|2|<&>|/\n`;
    expect(await host.read(`${VAR}/log/a/start_command.out`)).toBe(output);
    expect((await host.ok('logs', ...NAMED, 'a')).stdout).toContain(output);
    await until(
      async () => (await host.ok('logs', ...NAMED, 'b')).stdout.includes('trouble'),
      'its errors are not logged',
    );
  });

  test('leaves its exit status in status; one that fails does not fail up', async () => {
    await ended('a');
    await ended('r');
    const commands = await startCommands();
    expect(commands.get('a')).toMatchObject({ state: 'ended', exitStatus: 7 });
    expect(commands.get('r')).toMatchObject({ state: 'ended', exitStatus: 127 });
    expect(commands.get('b')).toMatchObject({ state: 'running' });
    expect(commands.get('c')).toBeNull();
  });

  test('runs once, not with every up', async () => {
    const before = await host.must(['find', `${VAR}/log`, '-type', 'f', '-printf', '%p %T@\n']);
    await host.ok('up', '/tmp/nodes.xml', ...NAMED);
    expect(await host.must(['find', `${VAR}/log`, '-type', 'f', '-printf', '%p %T@\n'])).toBe(before);
  });
});

test('a ghost has its address and its port, and is not started', async () => {
  const { owners } = await readExperiment(host, FULL, VAR);
  expect([...owners.values()].map(({ name }) => name)).toContain('g');
  expect((await host.run(['ip', '-netns', 't-s.nodes.g', 'link'])).code).not.toBe(0);
  expect((await host.run(['test', '-e', '/tmp/ghosts-do-not-walk'])).code).not.toBe(0);
  expect((await host.run(['grep', '-q', 'g-lan', `${VAR}/config/hosts`])).code).toBe(0);
});

test('sockets and the journal are closed to other users', async () => {
  const open = await host.must([
    'find',
    '/run/benito-pipeline',
    `${VAR}/journal`,
    '(',
    '-type',
    's',
    '-o',
    '-name',
    'vde',
    '-o',
    '-name',
    'journal*',
    ')',
    '-perm',
    '/077',
    '-print',
  ]);
  expect(open).toBe('');
  const stranger = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const { nodes } = await readExperiment(host, FULL, VAR);
  const socket = nodes[0]!.interfaces[0]!.switch;
  expect((await host.run([...stranger, 'ls', socket])).code).not.toBe(0);
  expect(
    (
      await host.run([
        ...stranger,
        'unixcmd',
        '-s',
        `${socket}.mgmt`,
        '-f',
        '/etc/vde2/vdecmd',
        'port/allprint',
      ])
    ).stdout,
  ).toBe('');
});

describe('a node that cannot come up', () => {
  const named = ['-e', 't-s/broken', '--var', '/tmp/broken'];
  let other: Host;
  beforeAll(async () => {
    other = await throwAwayHost();
  });
  afterAll(() => other.close());

  test.each(['fatal', 'nonfatal'] as const)('with failureaction %s', async (failureaction) => {
    const nodes = {
      ok: { on: ['lan'] },
      fine: { on: ['lan'] },
      bad: { on: ['lan'], attributes: { failureaction } },
    };
    await other.write('/tmp/broken.xml', topdl(nodes));
    await other.write('/tmp/site/launch/process/breaks.ts', BREAKS);
    const before = await other.snapshot();
    const { code, stdout, stderr } = await other.cli(
      'up',
      '/tmp/broken.xml',
      ...named,
      '--stages',
      '/tmp/site',
    );
    expect([code, `${stdout}${stderr}`]).toEqual([
      failureaction === 'fatal' ? 1 : 0,
      expect.stringContaining('the disk of bad is broken'),
    ]);
    if (failureaction === 'nonfatal') {
      const broken = await readExperiment(other, 't-s/broken', '/tmp/broken');
      const good = { ...broken, nodes: broken.nodes.filter(({ name }) => name !== 'bad') };
      expect(await wrongPings(other, good, allPings(good))).toEqual([]);
    }
    await other.ok('down', ...named, '--purge');
    expect(await other.residue(before)).toEqual([]);
  });
});

/** A stage of a site: something that a node needs and that fails. */
const BREAKS = `
import { defineStage, effect } from 'benito-pipeline';
export default defineStage({
  summary: 'Break the node that is called bad',
  needs: ['nodes', 'processNodes'],
  plan({ facts: { nodes, processNodes } }) {
    return {
      effects: nodes.filter(({ name }) => name === 'bad').map(({ name, failureAction }) =>
        effect.command(
          {
            identity: 'disk-of-' + name,
            observe: ['false'],
            make: ['sh', '-c', 'echo "the disk of $1 is broken" >&2; exit 1', 'sh', name],
            unmake: ['true'],
          },
          { node: name, failure: failureAction, after: [processNodes[name]] },
        ),
      ),
    };
  },
});
`;

function awake<T extends { readonly nodes: readonly { readonly name: string }[] }>(experiment: T): T {
  return { ...experiment, nodes: experiment.nodes.filter(({ name }) => name !== 'g') };
}

function execIn(node: string, ...words: readonly string[]): Promise<Ended> {
  return host.cli('exec', ...NAMED, node, '--', ...words);
}

async function inNode(node: string, ...words: readonly string[]): Promise<string> {
  return (await host.ok('exec', ...NAMED, node, '--', ...words)).stdout;
}

async function startCommands(): Promise<ReadonlyMap<string, { state: string; exitStatus?: number } | null>> {
  const { stdout } = await host.cli('status', ...NAMED, '--json');
  const { nodes } = JSON.parse(stdout) as {
    nodes: { name: string; startCommand: { state: string; exitStatus?: number } | null }[];
  };
  return new Map(nodes.map(({ name, startCommand }) => [name, startCommand]));
}

function ended(node: string): Promise<void> {
  const isOver = async (): Promise<boolean> => (await startCommands()).get(node)?.state === 'ended';
  return until(isOver, `the start command of ${node} does not end`);
}
