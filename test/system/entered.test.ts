import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandOf, throwAwayHost, until } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-v/entered';
const VAR = '/tmp/entered';
const FILE = '/tmp/entered.xml';
const KEYS = '/tmp/keys';
const STAGES = '/tmp/mine';
const NAMED = ['-e', FULL];

/** Nodes with the attribute are entered over SSH only: by a real client, which logs into a real server in the node. */
const PLATFORM = `
import { attribute, definePlatform } from 'benito-pipeline';

const KEYS = '${KEYS}';
const login = ({ name, interfaces }, { project, name: experiment }) => [
  'ip', 'netns', 'exec', [project, experiment, name].join('.'),
  'ssh', '-F', 'none', '-i', KEYS + '/id', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR',
  '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', 'root@' + interfaces[0].address,
];
const overSsh = (node) => attribute(node, 'test:ssh') !== undefined;

export default definePlatform({
  summary: 'process nodes, of which some are entered over SSH',
  verbs: {
    exec: (node, experiment) =>
      overSsh(node)
        ? { argv: [...login(node, experiment), '--'], quoted: true }
        : { process: 'node-' + node.name, namespaces: ['net', 'mnt', 'uts', 'pid'], hostTools: true },
    alive: ({ name }) => ({ kind: 'process', name: 'node-' + name }),
    ...{
      ssh: (node, experiment) => (overSsh(node) ? login(node, experiment) : undefined),
      console: ({ name }) => ['sh', '-c', 'tty >/dev/null && echo "terminal of $1"; cat', 'sh', name],
      stop: (node, experiment) => ({
        argv: overSsh(node) ? [...login(node, experiment), '--', attribute(node, 'test:ssh')] : ['false'],
        seconds: 2,
      }),
    },
  },
});
`;

const SSHD = `mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f ${KEYS}/sshd_config`;
/** A node's first process ends on SIGTERM. */
const OBEYS = 'echo farewell >/tmp/farewell; kill -TERM 1';

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.must(['mkdir', '-p', KEYS]);
  for (const key of ['id', 'host']) {
    await host.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${KEYS}/${key}`]);
  }
  await host.must(['cp', `${KEYS}/id.pub`, `${KEYS}/authorized_keys`]);
  const config = [
    `HostKey ${KEYS}/host`,
    `AuthorizedKeysFile ${KEYS}/authorized_keys`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    '',
  ];
  await host.write(`${KEYS}/sshd_config`, config.join('\n'));
  await host.write(`${STAGES}/setup/process/_platform.ts`, PLATFORM);
  await host.write(
    FILE,
    topdl({
      a: { on: ['left'] },
      r: { on: ['left', 'right'], attributes: { startup: SSHD, 'test:ssh': 'true' } },
      b: { on: ['right'], attributes: { startup: SSHD, 'test:ssh': OBEYS } },
    }),
  );
  await host.ok('up', FILE, ...NAMED, '--var', VAR, '--stages', STAGES);
  for (const node of ['r', 'b']) await answers(node);
});
afterAll(() => host.close());

describe('exec over SSH', () => {
  test('passes every word on as it is', async () => {
    const words = ['a b', "it's", '$HOME', '', '*', 'x;y', '"', '\\', 'two\nlines'];
    const { stdout } = await execIn('b', 'printf', '<%s>', ...words);
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
  });

  test.each([
    [['true'], 0],
    [['sh', '-c', 'exit 42'], 42],
    [['/no/such/command'], 127],
  ])('%j ends with %i', async (command, code) => {
    expect((await execIn('b', ...command)).code).toBe(code);
  });

  test('passes standard input, output and error through', async () => {
    const argv = commandOf(['exec', ...NAMED, 'b', '--', 'sh', '-c', 'cat; hostname; echo err >&2']);
    expect(await host.run(argv, { input: 'all\nthat\n' })).toEqual({
      code: 0,
      stdout: 'all\nthat\nb\n',
      stderr: 'err\n',
    });
  });
});

describe('ssh', () => {
  test('gives its words to the shell of the node', async () => {
    expect((await host.ok('ssh', 'b', ...NAMED, '--', 'hostname; echo $((6 * 7))')).stdout).toBe('b\n42\n');
    expect((await host.cli('ssh', 'b', ...NAMED, '--', 'exit 5')).code).toBe(5);
  });

  test('logs in without a command, and so does shell', async () => {
    for (const verb of ['ssh', 'shell']) {
      const { code, stdout } = await host.run(commandOf([verb, 'b', ...NAMED]), {
        input: 'hostname; exit 4\n',
      });
      expect(stdout).toMatch(/^b$/m);
      expect(code).toBe(4);
    }
  });

  test('of a node that has none says who has', async () => {
    const { stderr, code } = await host.cli('ssh', 'a', ...NAMED);
    expect(stderr).toContain(`for a: benito-pipeline shell a -e ${FULL}`);
    expect(code).toBe(1);
  });
});

test("console has the user's terminal, and what is typed", async () => {
  const line = commandOf(['console', 'a', ...NAMED]).join(' ');
  const { stdout } = await host.run(['script', '-qec', line, '/dev/null'], { input: 'typed\n\u0004' });
  expect(stdout).toContain('terminal of a');
  expect(stdout.match(/typed/g)!.length).toBeGreaterThan(1);
});

describe('ping', () => {
  test('asks from within nodes that are entered over SSH, all targets in one login', async () => {
    const before = await logins();
    expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes, 8 pairs');
    expect((await logins()) - before).toBe(2);
  });

  test('one pair, several times', async () => {
    const { stdout } = await host.ok('ping', 'b', 'a', ...NAMED, '--count', '3', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, results: [{ sent: 3, lost: 0 }] });
    expect((await host.ok('ping', 'a', 'b', ...NAMED, '--count', '1')).stdout).toContain('a to b');
  });

  test('finds what does not answer', async () => {
    await execIn('r', 'ip', 'link', 'set', 'inf001', 'down');
    const { code, stdout } = await host.cli('ping', 'b', ...NAMED, '--timeout', '300');
    expect(stdout).toMatch(/^a +1\/1 /m);
    expect(code).toBe(1);
    await execIn('r', 'ip', 'link', 'set', 'inf001', 'up');
  });

  test('tells who cannot be made to ask', async () => {
    await host.ok('up', FILE, ...NAMED, '--stages', STAGES);
    await host.must(['mv', `${KEYS}/id`, `${KEYS}/away`]);
    const { stdout } = await host.cli('ping', ...NAMED, '--timeout', '300');
    await host.must(['mv', `${KEYS}/away`, `${KEYS}/id`]);
    expect(stdout).toMatch(/^b could not be made to ask: .*(Permission denied|id)/m);
    expect(stdout).toMatch(/^a +- +ok +ok$/m);
  });
});

describe('stop', () => {
  test('asks the node first, and waits until it has gone by itself', async () => {
    const { stdout } = await host.ok('stop', 'b', ...NAMED);
    expect(await host.read('/tmp/farewell')).toBe('farewell\n');
    expect(stdout).not.toContain('note');
  });

  test('ends who does not go, and who cannot be asked, and says so', async () => {
    const { stdout } = await host.ok('stop', 'a', 'r', ...NAMED);
    expect(stdout).toContain('a could not be asked to stop (status 1): it is ended');
    expect(stdout).toContain('r did not stop by itself within 2 s: it is ended');
    expect((await host.ok('status', ...NAMED)).stdout).toContain('3 nodes, 3 stopped');
  });

  test('start brings them back, with their stages', async () => {
    await host.ok('start', '--all', ...NAMED, '--stages', STAGES);
    await answers('b');
    await host.ok('wait', ...NAMED);
  });
});

test('a login into a dead node is not tried', async () => {
  await host.ok('stop', 'b', ...NAMED);
  expect((await host.cli('ssh', 'b', ...NAMED)).stderr).toContain('b was stopped');
  await host.ok('down', ...NAMED, '--purge');
});

function execIn(node: string, ...command: readonly string[]): Promise<Ended> {
  return host.cli('exec', ...NAMED, node, '--', ...command);
}

async function answers(node: string): Promise<void> {
  await until(async () => (await execIn(node, 'true')).code === 0, `nobody answers in ${node}`);
}

/** How many processes of the host have been SSH clients: each leaves a line in its server's log. */
async function logins(): Promise<number> {
  const text = await host.must(['sh', '-c', `cat ${VAR}/log/*/start_command.err`]);
  return text.match(/Accepted publickey/g)?.length ?? 0;
}
