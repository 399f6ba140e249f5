import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import { attribute, computers } from '../../engine/model/queries.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { ROOT, throwAwayHost, until } from './_host.ts';
import type { Host, Running, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';

/** A platform whose nodes are nothing but their TAPs in the control bridge, by the stage of a shipped one. */
const STAGES = '/tmp/stages';
const PLATFORM = `import { definePlatform } from 'benito-pipeline';
export default definePlatform({ summary: 'plugged in, and nothing else', controlNet: true });\n`;
const TAPPED = { 'containers:node_type': 'tapped' };

let host: Host;
let clean: Snapshot;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(`${STAGES}/setup/tapped/_platform.ts`, PLATFORM);
  const stage = `${STAGES}/launch/tapped`;
  await host.must(['sh', '-c', `mkdir -p ${stage} && cp ${ROOT}/launch/qemu/control_bridge.ts ${stage}/`]);
  for (const name of ['one', 'two']) {
    const nodes = { a: { on: ['lan'], attributes: TAPPED }, b: { on: ['lan'], attributes: TAPPED } };
    await host.write(`/tmp/${name}.xml`, topdl(nodes));
  }
  await host.write('/tmp/plain.xml', topdl({ a: { on: ['lan'] }, b: { on: ['lan'] } }));
  clean = await host.snapshot();
});
afterAll(() => host.close());

test('an experiment of process nodes has a control bridge, too, and it says nothing', async () => {
  await host.ok('up', '/tmp/plain.xml', ...named('plain'));
  const bridge = bridgeOf('plain');
  const [link] = await ip('-details', 'link', 'show', bridge);
  expect(link).toMatchObject({
    address: (await controlOf('plain', 'pnode-0000')).mac,
    linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0, forward_delay: 0, mcast_snooping: 0 } },
  });
  const [addresses] = await ip('address', 'show', bridge);
  expect(addresses!.addr_info).toMatchObject([{ family: 'inet', prefixlen: 32 }]);
  await host.ok('down', ...named('plain'), '--purge');
  expect(await host.residue(clean)).toEqual([]);
});

describe('two experiments', () => {
  beforeAll(async () => {
    for (const name of ['one', 'two']) await up(name);
  });
  afterAll(async () => {
    for (const name of ['one', 'two']) await host.ok('down', ...named(name), '--purge');
    expect(await host.residue(clean)).toEqual([]);
  });

  test('guests reach the pnode and each other, and those of the other experiment nobody', async () => {
    const guests: Running[] = [];
    try {
      for (const experiment of ['one', 'two']) {
        for (const node of ['a', 'b']) guests.push(await guest(experiment, node));
      }
      const at = async (experiment: string, node: string) => (await controlOf(experiment, node)).address;
      const reaches = [
        await pings(undefined, await at('one', 'a')),
        await pings(undefined, await at('two', 'b')),
        await pings('one.a', await at('one', 'b')),
        await pings('one.a', await at('one', 'pnode-0000')),
        await pings('two.b', await at('two', 'pnode-0000')),
      ];
      expect(reaches).toEqual(reaches.map(() => true));
      const others = [
        await pings('one.a', await at('two', 'a')),
        await pings('one.a', await at('two', 'pnode-0000')),
        await pings('two.b', await at('one', 'pnode-0000')),
      ];
      expect(others).toEqual(others.map(() => false));
    } finally {
      for (const one of guests) await one.kill('program');
      for (const one of guests) await one.ended;
      for (const name of ['one.a', 'one.b', 'two.a', 'two.b'])
        await host.run(['ip', 'netns', 'delete', name]);
    }
  });

  const bridge = bridgeOf('one');
  const cases: readonly (readonly [what: string, by: string, mended: readonly RegExp[]])[] = [
    ['the bridge', `ip link delete ${bridge}`, [/^bridge/, /^address/, /^tap/, /^tap/]],
    ['a TAP', `ip link delete $(ls /sys/class/net/${bridge}/brif | head -n 1)`, [/^tap/]],
    ["a TAP's place", `ip link set $(ls /sys/class/net/${bridge}/brif | head -n 1) nomaster`, [/^tap/]],
    // The kernel takes the routes of an interface along with its last address.
    ['the address', `ip address flush dev ${bridge}`, [/^bridge/, /^address/]],
    [
      'a route',
      `ip route delete $(ip route show dev ${bridge} | head -n 1 | cut -d ' ' -f 1) dev ${bridge}`,
      [/^bridge/],
    ],
    ['a setting', `sysctl -w net.ipv4.conf.${bridge}.forwarding=1`, [/^bridge/]],
    ['a bridge that is down', `ip link set ${bridge} down`, [/^bridge/]],
    ['its MAC', `ip link set ${bridge} address 02:00:00:00:00:99`, [/^bridge/]],
  ];

  test.each(cases)('%s, lost by hand, is all that up mends', async (_what, by, mended) => {
    const others = await indexOf(bridgeOf('two'));
    await host.must(['sh', '-c', by]);
    const done = await up('one');
    expect(done).toHaveLength(mended.length);
    mended.forEach((pattern) => expect(done).toContainEqual(expect.stringMatching(pattern)));
    expect(await host.must(['sh', '-c', `ls /sys/class/net/${bridge}/brif | wc -l`])).toBe('2\n');
    expect(await up('one')).toEqual([]);
    expect(await indexOf(bridgeOf('two'))).toEqual(others);
  });
});

test('a bridge of that name that is not ours is left alone', async () => {
  const bridge = bridgeOf('plain');
  await host.must(['ip', 'link', 'add', bridge, 'type', 'bridge']);
  const { code, stderr } = await host.cli('up', '/tmp/plain.xml', ...named('plain'));
  expect([code, stderr]).toEqual([1, expect.stringContaining(`ip link delete ${bridge}`)]);
  await host.ok('down', ...named('plain'), '--purge');
  await host.must(['ip', 'link', 'delete', bridge]);
  expect(await host.residue(clean)).toEqual([]);
});

function named(name: string): readonly string[] {
  return ['-e', `t-s/${name}`, '--var', `/tmp/${name}`];
}

function bridgeOf(name: string): string {
  return `benito-${experimentFact('t-s', name, '/').id}`;
}

/** @returns what was done in launch. */
async function up(name: string): Promise<readonly string[]> {
  const { stdout } = await host.ok('up', `/tmp/${name}.xml`, ...named(name), '--stages', STAGES, '--json');
  return stdout
    .split('\n')
    .filter((one) => one.startsWith('{'))
    .map((one) => JSON.parse(one) as { type: string; effect: string })
    .filter(({ type }) => type === 'effect-done')
    .map(({ effect }) => effect);
}

async function ip(...words: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse(await host.must(['ip', '-json', ...words])) as Record<string, unknown>[];
}

async function indexOf(link: string): Promise<unknown> {
  return (await ip('link', 'show', link))[0]?.ifindex;
}

/** What boss gave, by topo.xml. */
async function controlOf(experiment: string, node: string): Promise<{ address: string; mac: string }> {
  const { topology } = parseTopdl(await host.read(`/tmp/${experiment}/config/topo.xml`), 'topo.xml');
  const computer = computers(topology).find(({ name }) => name === node)!;
  const control = computer.interfaces.find(({ substrates }) => substrates[0] === 'control_net')!;
  return { address: attribute(control, 'ip4_address')!, mac: attribute(control, 'benito:mac_address')! };
}

/** Plays a guest, in the network namespace EXPERIMENT.NODE. */
async function guest(experiment: string, node: string): Promise<Running> {
  const { address, mac } = await controlOf(experiment, node);
  const journal = await host.read(`/tmp/${experiment}/journal/journal.jsonl`);
  const [, tap] = new RegExp(`"kind":"tap","name":"(bc[0-9a-f]{13})"[^}]*}[^}]*},"node":"${node}"`).exec(
    journal,
  )!;
  await host.must(['ip', 'netns', 'add', `${experiment}.${node}`]);
  const script = `${ROOT}/test/system/tapped-guest.py`;
  const running = host.start(['python3', '-B', script, tap!, `${experiment}.${node}`, mac, `${address}/20`]);
  await until(async () => running.stdout().includes('ready'), 'the guest does not come up', running);
  return running;
}

async function pings(netns: string | undefined, address: string): Promise<boolean> {
  const enter = netns === undefined ? [] : ['ip', 'netns', 'exec', netns];
  return (await host.run([...enter, 'ping', '-c', '1', '-W', '2', address])).code === 0;
}
