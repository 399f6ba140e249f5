import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandOf, throwAwayHost, until } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-c/looking';
const VAR = '/tmp/looking';
const FILE = '/tmp/looking.xml';
const NAMED = ['-e', FULL];

interface Status {
  readonly state: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly state: string;
    readonly startCommand: { readonly state: string; readonly exitStatus?: number } | null;
    readonly damage: readonly { readonly effect: string; readonly state: string }[];
  }[];
  readonly shared: readonly { readonly effect: string; readonly state: string }[];
}

/** A line a - r - b, a ghost on its left, and an island of two: apart from each other and all else. */
let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(
    FILE,
    topdl({
      a: { on: ['left'], attributes: { startup: 'echo out; echo err >&2' } },
      r: { on: ['left', 'right'], attributes: { startup: 'echo before; exit 7' } },
      b: { on: ['right'], attributes: { startup: 'echo going; sleep 1000' } },
      g: { on: ['left'], attributes: { 'containers:ghost': 'true' } },
      c: { on: ['far'] },
      d: { on: ['far'] },
    }),
  );
  await host.ok('up', FILE, ...NAMED, '--var', VAR);
});
afterAll(() => host.close());

describe('list', () => {
  test('shows the experiment', async () => {
    expect((await host.ok('list')).stdout).toMatch(/^t-c\/looking\s+up\s+6\s+\S+ \S+\s+\/tmp\/looking$/m);
    const [only] = JSON.parse((await host.ok('list', '--json')).stdout) as { state: string; nodes: number }[];
    expect(only).toMatchObject({ experiment: FULL, state: 'up', nodes: 6, varDir: VAR });
  });
});

describe('status', () => {
  test('is well, ghosts and failed start commands notwithstanding', async () => {
    await until(async () => commandsOf(await status()).r === 'ended 7', 'the start commands do not end');
    const seen = await status();
    expect(seen.state).toBe('up');
    expect(Object.fromEntries(seen.nodes.map(({ name, state }) => [name, state]))).toEqual({
      a: 'running',
      r: 'running',
      b: 'running',
      g: 'ghost',
      c: 'running',
      d: 'running',
    });
    expect(commandsOf(seen)).toEqual({ a: 'ended 0', r: 'ended 7', b: 'running', g: '', c: '', d: '' });
    expect((await host.ok('status', ...NAMED)).stdout).toMatch(
      /^r +process +running +exit status 7 +10\.\S+, 10\.\S+$/m,
    );
  });
});

describe('exec', () => {
  test.each([
    [['true'], 0],
    [['sh', '-c', 'exit 42'], 42],
    [['sh', '-c', 'kill -TERM $$'], 143],
    [['/no/such/command'], 127],
  ])('%j ends with %i', async (command, code) => {
    expect((await execIn('a', ...command)).code).toBe(code);
  });

  test('passes standard input, output and error through', async () => {
    const argv = commandOf(['exec', ...NAMED, 'a', '--', 'sh', '-c', 'cat; echo err >&2']);
    expect(await host.run(argv, { input: 'all\nthat\n' })).toEqual({
      code: 0,
      stdout: 'all\nthat\n',
      stderr: 'err\n',
    });
  });

  test('passes signals on, and tells which one ended the command', async () => {
    const handler = "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
    const running = host.start(commandOf(['exec', ...NAMED, 'a', '--', 'sh', '-c', handler]));
    await until(async () => running.stdout().includes('ready'), 'the command does not start', running);
    await running.kill('program', 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 3, stdout: 'ready\ncaught\n' });
  });

  test('is in the node: name, hosts, configuration, directory, a clean environment', async () => {
    const script =
      'hostname; pwd; wc -l </etc/hosts; cat var/benito/config/pid_eid; echo "$HOME $USER ${SECRET-none}"';
    const argv = commandOf(['exec', ...NAMED, 'r', '--', 'sh', '-c', script]);
    const { stdout } = await host.run(argv, { env: { SECRET: 'x' } });
    expect(stdout.split('\n')).toEqual(['r', '/', '8', 't-c', 'looking', '/root root none', '']);
  });

  test.each([[['a', ...NAMED, '--']], [[...NAMED, 'a', '--']], [[...NAMED, 'a']]])(
    'takes its options before and behind the node: %j',
    async (words) => {
      const { stdout } = await host.ok('exec', ...words, 'hostname', '-s');
      expect(stdout).toBe('a\n');
    },
  );

  test('what it leaves behind lives in the node', async () => {
    await execIn('d', 'sh', '-c', 'sleep 4321 >/dev/null 2>&1 &');
    expect((await execIn('d', 'pgrep', '-fx', 'sleep 4321')).code).toBe(0);
    expect((await execIn('c', 'pgrep', '-fx', 'sleep 4321')).code).toBe(1);
  });

  test.each([
    ['x', "has no node 'x'"],
    ['g', 'g is a ghost'],
  ])('of %s is refused', async (node, message) => {
    const { code, stderr } = await execIn(node, 'true');
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});

describe('shell', () => {
  test('reads commands, and ends with their exit code', async () => {
    const ended = await host.run(commandOf(['shell', 'a', ...NAMED]), { input: 'hostname\nexit 5\n' });
    expect(ended).toMatchObject({ code: 5, stdout: 'a\n' });
  });
});

describe('logs', () => {
  test('of a command that has ended', async () => {
    expect((await host.ok('logs', 'a', ...NAMED)).stdout).toBe(
      'out\n[stderr] err\n-- the start command of a ended with status 0: echo out; echo err >&2\n',
    );
    expect(JSON.parse((await host.ok('logs', 'r', ...NAMED, '--json')).stdout)).toMatchObject({
      state: 'ended',
      exitStatus: 7,
      stdout: 'before\n',
      stderr: '',
    });
  });

  test('of one that runs, and of none', async () => {
    expect((await host.ok('logs', 'b', ...NAMED)).stdout).toMatch(/^going\n-- .* is running: /);
    expect((await host.ok('logs', 'c', ...NAMED)).stdout).toBe('c has no start command\n');
  });
});

describe('ping', () => {
  test('all pairs that something connects, every address of a node with several', async () => {
    const { stdout } = await host.ok('ping', ...NAMED);
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      'FROM \\ TO  a   r   b   c   d',
      'a          -   ok  ok  ·   ·',
      'r          ok  -   ok  ·   ·',
      'b          ok  ok  -   ·   ·',
      'c          ·   ·   ·   -   ok',
      'd          ·   ·   ·   ok  -',
    ]);
    const seen = JSON.parse((await host.ok('ping', ...NAMED, '--json')).stdout) as {
      results: Record<string, object>;
    };
    expect(seen).toMatchObject({ ok: true, pairs: 10, apart: 14, failures: [] });
    expect(Object.keys(seen.results['a']!)).toHaveLength(3);
  });

  test('a pair closely, an address, and one to all', async () => {
    expect((await host.ok('ping', 'a', 'r', ...NAMED, '--count', '2')).stdout.match(/ ok /g)).toHaveLength(2);
    const addresses = (await host.ok('exec', ...NAMED, 'b', '--', 'hostname', '-I')).stdout.trim();
    expect((await host.ok('ping', 'a', addresses, ...NAMED, '--count', '1')).stdout).toContain('a to b');
    expect((await host.ok('ping', 'a', ...NAMED)).stdout).toMatch(/^r +ok +2 of 2 addresses$/m);
  });

  test('nothing connects a and c', async () => {
    const { code, stdout } = await host.cli('ping', 'a', 'c', ...NAMED, '--count', '1', '--timeout', '100');
    expect(stdout).toContain('nothing connects the two');
    expect(code).toBe(1);
  });

  test('a link that is down is found', async () => {
    const [device] = (await host.ok('exec', ...NAMED, 'b', '--', 'ls', '/sys/class/net')).stdout.split('\n').filter((name) => name && name !== 'lo'); // prettier-ignore
    await host.ok('exec', ...NAMED, 'b', '--', 'ip', 'link', 'set', device!, 'down');
    const { code, stdout } = await host.cli('ping', ...NAMED, '--timeout', '300');
    expect(stdout).toMatch(/^a +- +ok +1\/1 /m);
    expect(stdout).toMatch(/^b +1\/1 +2\/2 +- /m);
    expect(code).toBe(1);
    const seen = await status();
    expect(seen.nodes.find(({ name }) => name === 'b')).toMatchObject({ state: 'incomplete' });
    await host.ok('up', FILE, ...NAMED);
    expect((await host.cli('ping', ...NAMED)).code).toBe(0);
  });
});

describe('what died', () => {
  test('a node', async () => {
    const { pid } = await killProcess('node-c');
    expect(pid).toBeGreaterThan(1);
    const seen = await status();
    expect(seen.state).toBe('partly');
    expect(seen.nodes.find(({ name }) => name === 'c')).toMatchObject({ state: 'dead' });
    const { code, stdout } = await host.cli('status', ...NAMED);
    expect(stdout).toMatch(/^ {2}c is dead/m);
    expect(stdout).toContain(`benito-pipeline up EXPERIMENT -e ${FULL}`);
    expect(code).toBe(1);
    expect((await execIn('c', 'true')).stderr).toContain('c is not running');
    expect((await host.ok('list')).stdout).toContain('partly up');
  });

  test('a switch, and a plug', async () => {
    await killProcess('switch-right');
    await killProcess('plug-a.inf000');
    const seen = await status();
    expect(seen.shared.map(({ effect }) => effect)).toContain('process switch-right');
    expect(seen.nodes.find(({ name }) => name === 'a')!.damage).toContainEqual(
      expect.objectContaining({ effect: 'process plug-a.inf000', state: 'gone' }),
    );
    expect((await host.cli('status', ...NAMED)).stdout).toContain('the VDE switch of right: gone');
  });

  test('up mends it all', async () => {
    await host.ok('up', FILE, ...NAMED);
    expect((await status()).state).toBe('up');
    expect((await host.cli('ping', ...NAMED)).code).toBe(0);
  });
});

describe('routes', () => {
  test('the script sets the routes of the node that it runs in, whoever calls it', async () => {
    const before = (await host.ok('exec', ...NAMED, 'a', '--', 'ip', 'route')).stdout;
    expect(before).toContain(' via ');
    await host.ok('exec', ...NAMED, 'a', '--', 'ip', 'route', 'flush', 'proto', 'boot');
    await host.ok('exec', ...NAMED, 'a', '--', '/var/benito/launch/routes', '/var/benito/config');
    expect((await host.ok('exec', ...NAMED, 'a', '--', 'ip', 'route')).stdout).toBe(before);
    await host.ok('exec', ...NAMED, 'a', '--', 'ip', 'route', 'flush', 'proto', 'boot');
    await host.ok('exec', ...NAMED, 'a', '--', ...commandOf(['routes', `${VAR}/config`]));
    expect((await host.ok('exec', ...NAMED, 'a', '--', 'ip', 'route')).stdout).toBe(before);
  });

  test('of a host without a route file', async () => {
    const { code, stderr } = await host.cli('routes', `${VAR}/config`);
    expect(stderr).toContain(`there is no route file ${VAR}/config/route/throw-away`);
    expect(code).toBe(1);
  });
});

describe('doctor', () => {
  test('finds this host fit, and what no experiment owns', async () => {
    expect((await host.ok('doctor')).stdout).not.toMatch(/^FAILING/m);
    const { stdout } = await host.run(['find', '/sys/fs/cgroup', '-name', 'benito-pipeline', '-type', 'd']);
    await host.must(['mkdir', `${stdout.trim()}/0badcafe`]);
    expect((await host.ok('doctor')).stdout).toMatch(/^warning +leftovers +there is \S+\/0badcafe/m);
    await host.must(['rmdir', `${stdout.trim()}/0badcafe`]);
  });
});

describe('after down', () => {
  test('there is nothing to look at', async () => {
    await host.ok('down', ...NAMED, '--purge');
    expect((await host.ok('list')).stdout).toBe('no experiments on this host\n');
    expect((await host.cli('status', ...NAMED)).code).toBe(1);
  });
});

async function status(): Promise<Status> {
  return JSON.parse((await host.cli('status', ...NAMED, '--json')).stdout) as Status;
}

function commandsOf({ nodes }: Status): Readonly<Record<string, string>> {
  return Object.fromEntries(
    nodes.map(({ name, startCommand }) => [
      name,
      startCommand ? `${startCommand.state} ${startCommand.exitStatus ?? ''}`.trim() : '',
    ]),
  );
}

function execIn(node: string, ...command: readonly string[]): Promise<Ended> {
  return host.cli('exec', ...NAMED, node, '--', ...command);
}

/** Kills the first process of a process effect, by what the journal remembers. */
async function killProcess(name: string): Promise<{ readonly pid: number }> {
  const journal = await host.read(`${VAR}/journal/journal.jsonl`);
  const done = journal
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as { type: string; id?: string; state?: { pid: number } })
    .filter(({ type, id, state }) => type === 'done' && id === `process ${name}` && state);
  const { pid } = done.at(-1)!.state!;
  await host.must(['kill', '-KILL', String(pid)]);
  await until(async () => (await host.run(['kill', '-0', String(pid)])).code !== 0, `${name} does not die`);
  return { pid };
}
