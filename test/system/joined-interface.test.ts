import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, commandOf, throwAwayHost, until } from './_host.ts';
import type { Host, Running } from './_host.ts';
import { topdl } from './_topdl.ts';

/** The site's own control interface joins the bridge: here one end of a veth, whose other end is the rest of the world. */
const HOST = '10.9.0.2';
const WORLD = '10.9.0.1';
const SITE = (name: string) => `control_net: { interface: ${name} }\n`;

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write('/tmp/one.xml', topdl({ a: { on: ['lan'] } }));
  await host.write('/tmp/two.xml', topdl({ a: { on: ['lan'] } }));
  await host.write('/etc/benito/site.yaml', SITE('eth1'));
  await host.must(['sh', '-ec', WIRING]);
  await until(async () => !(await network()).includes('tentative'), 'IPv6 does not settle');
});
afterAll(() => host.close());

const WIRING = `
  ip netns add world
  for key in all default; do echo 1 >/proc/sys/net/ipv4/conf/$key/rp_filter; done
  ip link add eth1 type veth peer name up0 netns world
  ip link add eth2 type veth peer name up1 netns world
  ip -n world addr add ${WORLD}/24 dev up0
  ip -n world addr add fd09::1/64 dev up0
  ip -n world addr add 10.8.0.1/24 dev up1
  for link in lo up0 up1; do ip -n world link set $link up; done
  ip link set eth1 mtu 1450 address 02:00:00:00:0e:01 up
  ip link set eth2 up
  ip addr add ${HOST}/24 brd + dev eth1 label eth1:1
  ip addr add 10.9.0.3/24 dev eth1
  ip addr add 10.99.0.7/32 dev eth1 scope link
  ip addr add 10.9.5.1/24 dev eth1 valid_lft 40000 preferred_lft 30000 noprefixroute metric 77
  ip addr add fd09::2/64 dev eth1
  ip addr add fd09::3/64 dev eth1
  ip addr add 10.8.0.2/24 dev eth2
  ip route add default via ${WORLD} metric 100 proto static
  ip route add 10.70.0.0/16 via ${WORLD} dev eth1 src ${HOST} mtu 1400
  ip route add 10.71.0.0/16 dev eth1 scope link
  ip route add 10.72.0.0/16 via ${WORLD} dev eth1 table 7
  ip route add 10.73.0.0/16 nexthop via ${WORLD} dev eth1 weight 2 nexthop via 10.8.0.1 dev eth2
  ip route add 10.74.0.0/16 via 10.55.0.1 dev eth1 onlink
  ip -6 route add fd70::/32 via fd09::1 dev eth1
  ip -6 route add fd71::/32 via fd09::1 dev eth1 metric 50 proto static`;

test('an interface joins and leaves under a live connection, and is what it was', async () => {
  const before = await network();
  const clean = await host.snapshot();
  const { talk, hangUp } = await connection();
  await host.ok('up', '/tmp/one.xml', ...named('one'));
  expect(await host.must(['cat', '/sys/class/net/benito-control/brif/eth1/state'])).toBe('3\n');
  expect(await host.must(['ip', '-4', 'addr', 'show', 'eth1'])).not.toContain('inet');
  await talk('through the bridge');
  expect(await upAgain('one')).toEqual([]);

  // The second experiment's address stays when the first one goes.
  await host.ok('up', '/tmp/two.xml', ...named('two'));
  await host.ok('down', ...named('one'), '--purge');
  expect(await host.must(['ip', '-o', '-4', 'addr', 'show', 'benito-control'])).toContain('192.168.144.3/20');
  await talk('still through the bridge');
  expect(await upAgain('two')).toEqual([]);

  await host.ok('down', ...named('two'), '--purge');
  await talk('without it');
  await hangUp();
  await settled(before);
  expect((await host.residue(clean)).filter((one) => !one.startsWith('sockets: '))).toEqual([]);
});

test('a bridge that was deleted by hand, or that lost the interface, is mended or cleared up', async () => {
  const before = await network();
  await host.ok('up', '/tmp/one.xml', ...named('one'));
  await until(async () => !(await network()).includes('tentative'), 'IPv6 does not settle');
  const joined = await network();
  for (const by of ['ip link delete benito-control', 'ip link set eth1 nomaster']) {
    await host.must(['sh', '-c', by]);
    await host.ok('up', '/tmp/one.xml', ...named('one'));
    await settled(joined);
    expect(await upAgain('one')).toEqual([]);
  }
  await host.must(['ip', 'link', 'delete', 'benito-control']);
  await host.ok('down', ...named('one'), '--purge');
  await settled(before);
});

test('killed at any of its changes to the network, up and down can be cleared up, and the host has its addresses', async () => {
  const before = await network();
  for (const command of ['up', 'down']) {
    let at = 1;
    for (; await killed(command, at); at += 1) {
      const reachable = await host.run(['ping', '-c', '1', '-W', '2', '-I', HOST, WORLD]);
      expect([command, at, reachable.code]).toEqual([command, at, 0]);
      // Every other time the work is ended before it is undone.
      if (at % 2 === 0) await host.ok('up', '/tmp/one.xml', ...named('one'));
      await host.ok('down', ...named('one'), '--purge');
      await settled(before);
    }
    expect(at).toBeGreaterThan(5);
    if (command === 'up') await host.ok('down', ...named('one'), '--purge');
  }
  await settled(before);
});

test('another interface joins when the site says so, without taking the experiment along', async () => {
  const before = await network();
  await host.ok('up', '/tmp/one.xml', ...named('one'));
  await host.write('/etc/benito/site.yaml', SITE('eth2'));
  await host.ok('up', '/tmp/one.xml', ...named('one'));
  expect(await host.must(['ls', '/sys/class/net/benito-control/brif'])).toBe('eth2\n');
  expect(await host.must(['ip', '-o', '-4', 'addr', 'show', 'eth1'])).not.toContain('192.168.144');
  expect(await upAgain('one')).toEqual([]);
  await host.ok('down', ...named('one'), '--purge');
  await host.write('/etc/benito/site.yaml', SITE('eth1'));
  await settled(before);
});

test.each([
  ['eth7', 'no interface eth7'],
  ['lo', 'lo is no Ethernet interface'],
  ['port', 'port is a port of taken'],
])('%s cannot join, and the message says what could', async (name, message) => {
  await host.must([
    'sh',
    '-c',
    'ip link add taken type bridge; ip link add port type veth peer name other; ip link set port master taken',
  ]);
  const before = await network();
  await host.write('/etc/benito/site.yaml', SITE(name));
  const { code, stderr } = await host.cli('up', '/tmp/one.xml', ...named('one'));
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(stderr).toContain('eth1');
  await host.ok('down', ...named('one'), '--purge');
  expect(await network()).toEqual(before);
  await host.must(['sh', '-c', 'ip link delete port; ip link delete taken']);
});

function named(name: string): readonly string[] {
  return ['-e', `t-s/${name}`, '--var', `/tmp/${name}`];
}

/** All of the host's interfaces, addresses, routes and their settings; lifetimes as far as they do not pass. */
async function network(): Promise<string> {
  const addresses = await host.must(['ip', '-details', 'address', 'show']);
  const script =
    'ip route show table all; ip -6 route show table all; sysctl -a 2>/dev/null | grep -E "conf.(eth|benito)"';
  const rest = (await host.must(['sh', '-c', script])).split('\n').sort().join('\n');
  return `${addresses}${rest}`
    .replace(/(valid_lft|preferred_lft) (\d)\d*sec/g, '$1 $2...')
    .replace(/gc_timer +\S+/g, '')
    .replace(/^\d+: /gm, '');
}

/** Duplicate address detection takes its time. */
async function settled(before: string): Promise<void> {
  await until(async () => !(await network()).includes('tentative'), 'IPv6 does not settle');
  expect(await network()).toEqual(before);
}

async function upAgain(name: string): Promise<readonly string[]> {
  const { stdout } = await host.ok('up', `/tmp/${name}.xml`, ...named(name), '--json');
  return stdout.split('\n').filter((one) => one.includes('effect-done'));
}

/** Runs `up`, or `down` of what is up, and kills it at its `at`-th change. @returns whether it came to that. */
async function killed(command: string, at: number): Promise<boolean> {
  if (command === 'down') await host.ok('up', '/tmp/one.xml', ...named('one'));
  const words = command === 'up' ? ['up', '/tmp/one.xml'] : ['down', '--purge'];
  const { code, stderr } = await host.run(commandOf([...words, ...named('one')]), {
    env: { NODE_OPTIONS: `--require ${ROOT}/test/system/_kill-at.cjs`, KILL_AT: String(at) },
  });
  if (code !== 0 && code !== 137)
    throw new Error(`${command}, to be killed at ${at}, ended with ${code}: ${stderr}`);
  return code === 137;
}

/** A TCP connection to the world; `talk` sends a line and waits for its echo. */
async function connection(): Promise<{ talk(text: string): Promise<void>; hangUp(): Promise<void> }> {
  const run = (enter: readonly string[], script: string): Running =>
    host.start([...enter, process.execPath, '-e', script]);
  const server = run(
    ['ip', 'netns', 'exec', 'world'],
    "require('net').createServer((socket) => socket.pipe(socket)).listen(7000, () => console.log('listening'))",
  );
  await until(async () => server.stdout().includes('listening'), 'nobody listens', server);
  const client = run(
    [],
    `const socket = require('net').connect({ port: 7000, host: '${WORLD}', localAddress: '${HOST}' });
     process.stdin.pipe(socket).pipe(process.stdout);
     socket.on('error', (error) => { console.error(error.message); process.exit(1); });`,
  );
  const talk = async (text: string): Promise<void> => {
    client.say(`${text}\n`);
    await until(async () => client.stdout().includes(text), `no echo of '${text}'`, client);
  };
  await talk('hello');
  return {
    talk,
    async hangUp() {
      for (const one of [client, server]) await one.kill('program');
      await Promise.all([client.ended, server.ended]);
    },
  };
}
