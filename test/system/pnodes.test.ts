import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';

const NAMED = ['-e', 't-s/parts', '--var', '/tmp/parts'];
const SITE = `pnodes:
  - { name: host-a, memory: 1024, cores: 2, interfaces: 2 }
  - { name: host-b, memory: 1024, cores: 2, interfaces: 2 }
`;
/** Two pairs, each on a LAN of its own, and a LAN that all are on. */
const XML = topdl({
  a: { on: ['left', 'all'] },
  b: { on: ['left', 'all'] },
  c: { on: ['right', 'all'] },
  d: { on: ['right', 'all'] },
});

/** One after the other: host-a decides, host-b has what it decided. */
let hosts: readonly [Host, Host];
let before: readonly [Snapshot, Snapshot];
beforeAll(async () => {
  hosts = [await throwAwayHost(), await throwAwayHost()];
  for (const host of hosts) {
    await host.write('/etc/benito/site.yaml', SITE);
    await host.write('/tmp/parts.xml', XML);
  }
  const [first, second] = hosts;
  await first.must(['hostname', 'host-a.example.org']);
  before = [await first.snapshot(), await second.snapshot()];
});
afterAll(async () => {
  for (const host of hosts) await host.close();
});

describe('an experiment on two pnodes', () => {
  test('is set up anywhere, and asks who this machine is where nobody says it', async () => {
    const [, second] = hosts;
    const ended = await second.cli('up', '/tmp/parts.xml', ...NAMED, '--packing', '2');
    expect([ended.code, ended.stderr]).toEqual([
      1,
      `the experiment is on 2 pnodes, and this machine, 'throw-away', is none of them
  hint: say which one it is to be with --pnode: pnode-0000 (host-a), pnode-0001 (host-b)
`,
    ]);
    // The journal says that it was tried.
    expect((await second.residue(before[1])).filter((line) => !line.includes(' /tmp/parts'))).toEqual([]);
  });

  test('comes up on the first, which is known by its hostname, with its own part alone', async () => {
    const [first] = hosts;
    const { stdout } = await first.ok('up', '/tmp/parts.xml', ...NAMED, '--packing', '2');
    expect(stdout).toContain('1 substrate leads from pnode-0000 to other pnodes (all): it is NOT joined yet');
    expect(await first.read('/tmp/parts/config/assignment')).toBe("'0': [a, b]\n'1': [c, d]\n");
    expect(await nodesOf(first)).toEqual(['a', 'b']);
    expect(await switchesOf(first)).toEqual(['all', 'left']);
    expect((await first.ok('exec', 'a', ...NAMED, '--', 'ping', '-c1', '-W5', 'b-all')).code).toBe(0);
    const again = await first.ok('up', '/tmp/parts.xml', ...NAMED, '--packing', '2');
    expect(again.stdout).toContain('nothing to do');
  });

  test('comes up on the second from the config directory of the first, on the same switches of its own', async () => {
    const [first, second] = hosts;
    const archive = await first.must(['base64', '/tmp/parts/config/config.tgz']);
    await second.must(['mkdir', '-p', '/tmp/parts/config']);
    await second.must(['sh', '-c', 'base64 -d | tar -xz -C /tmp/parts/config'], { input: archive });
    const dry = await second.ok('run', 'launch', '--dry-run', ...NAMED, '--pnode', 'pnode-0001');
    expect(dry.stdout).toContain('process node-c');
    expect(dry.stdout).not.toContain('process node-a');
    await second.ok('run', 'launch', ...NAMED, '--pnode', 'pnode-0001');
    expect(await nodesOf(second)).toEqual(['c', 'd']);
    expect(await switchesOf(second)).toEqual(['all', 'right']);
    const ping = (node: string) => second.cli('exec', 'c', ...NAMED, '--', 'ping', '-c1', '-W2', node);
    expect((await ping('d-all')).code).toBe(0);
    // Who was named once is known from then on.
    await second.must(['sh', '-c', 'kill -9 $(cat /run/benito-pipeline/*/vde/pnode-0001.right.pid)']);
    await second.ok('run', 'launch', ...NAMED);
    await second.ok('restart', 'd', ...NAMED);
    expect((await ping('d-all')).code).toBe(0);
    expect((await ping('d-right')).code).toBe(0);
    // What crosses pnodes is described, and not carried yet.
    expect((await ping('a-all')).code).not.toBe(0);
    expect(await second.read('/tmp/parts/config/crossings.yaml')).toContain('- substrate: all\n');
  });

  test('goes from each by itself', async () => {
    for (const [at, host] of hosts.entries()) {
      await host.ok('down', ...NAMED, '--purge');
      const left = await host.residue(before[at]!);
      // What was brought to the second from the first is not its own to remove.
      expect(left.filter((line) => at === 0 || !line.includes(' /tmp/parts'))).toEqual([]);
    }
  });
});

async function nodesOf(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.ok('status', ...NAMED, '--json');
  return (JSON.parse(stdout) as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
}

/** The substrates that a vde_switch runs for. */
async function switchesOf(host: Host): Promise<readonly string[]> {
  const folders = await host.must(['sh', '-c', 'ls -d /run/benito-pipeline/*/vde/*/ctl']);
  return folders
    .trim()
    .split('\n')
    .map((path) => path.split('/').at(-2)!.split('.')[1]!)
    .sort();
}
