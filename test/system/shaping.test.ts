import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { identities } from './_experiment.ts';
import { throwAwayHost, until } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { topdl } from './_topdl.ts';
import { flood, quantile, roundTrips, soonest } from './_traffic.ts';

const FULL = 't-s/shaped';
const VAR = '/tmp/shaped';
const FILE = '/tmp/shaped.xml';
const NAMED = ['-e', FULL, '--var', VAR];
/** What a busy machine may add to a round trip, ms, at the median. */
const LATE = 8;

const NODES = {
  a: { on: ['link', 'lan', 'plain'] },
  b: { on: ['link', 'lan', 'plain', 'lossy'] },
  c: { on: [{ substrate: 'lan', latency: 15 }, 'lossy', 'oneway'] },
  d: { on: [{ substrate: 'oneway', attributes: { 'containers:latency_out': '30' } }] },
};
const LINKS = {
  link: { capacity: 10_000, latency: 10 },
  lan: { latency: 5 },
  lossy: { attributes: { loss: '0.1' } },
};
const IN = { a: 't-s.shaped.a', b: 't-s.shaped.b', c: 't-s.shaped.c', d: 't-s.shaped.d' };

let host: Host;
let before: Snapshot;
const address: Record<string, string> = {};
beforeAll(async () => {
  host = await throwAwayHost();
  before = await host.snapshot();
  await host.write(FILE, topdl(NODES, LINKS));
  await host.ok('up', FILE, ...NAMED);
  for (const line of (await host.read(`${VAR}/config/hosts`)).split('\n')) {
    const [ip, name] = line.split(/\s+/);
    if (name) address[name] = ip!;
  }
});
afterAll(() => host.close());

describe('delays', () => {
  test.each([
    ['a link: twice its latency', IN.a, 'b-link', 20, 2],
    ['a LAN: both legs, to and fro', IN.a, 'b-lan', 20, 4],
    ['a leg with a latency of its own', IN.a, 'c-lan', 40, 4],
    ['no latency', IN.a, 'b-plain', 0, 0],
    ['in one direction only', IN.c, 'd-oneway', 30, 1],
  ])('%s', async (_, from, name, ms, elements) => {
    const times = await roundTrips(host, from, address[name]!, 60);
    expect(times).toHaveLength(60);
    expect(times[0]).toBeGreaterThan(soonest(ms, elements));
    expect(quantile(times, 0.5)).toBeLessThan(ms + LATE);
  });
});

test('a capacity is that of whole frames, in both directions at once', async () => {
  const frames = { count: 3000, size: 1000, perSecond: 2500 };
  const both = await Promise.all([
    flood(host, [IN.a, IN.b], address['b-link']!, { port: 7001, ...frames }),
    flood(host, [IN.b, IN.a], address['a-link']!, { port: 7002, ...frames }),
  ]);
  for (const { kbps, all } of both) {
    expect(all).toBeLessThan(3000);
    expect(kbps).toBeGreaterThan(9_000);
    expect(kbps).toBeLessThan(10_500);
  }
});

test('of frames as many are lost as the experiment says', async () => {
  const count = 5_000;
  const { different, all } = await flood(host, [IN.b, IN.c], address['c-lossy']!, {
    port: 7003,
    count,
    size: 100,
    perSecond: 1000,
  });
  expect(all).toBe(different);
  // One in ten million such counts would be farther off.
  const spread = 5.4 * Math.sqrt(count * 0.1 * 0.9);
  expect(Math.abs(count - different - count * 0.1)).toBeLessThan(spread);
});

describe('shape', () => {
  test('shows a link, and names what there is', async () => {
    const { stdout } = await host.ok('shape', 'link', ...NAMED);
    expect(stdout).toContain('delay 5 ms, 10 Mb/s');
    const wrong = await host.cli('shape', 'lnk', ...NAMED);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('substrates: link, lan')]);
    const off = await host.cli('shape', 'd:lan', ...NAMED);
    expect([off.code, off.stderr]).toEqual([1, expect.stringContaining('on it are: a, b, c')]);
  });

  test('changes a link at once, keeps its element, survives up, and is gone after --reset', async () => {
    const element = await pidOf('delay-link');
    await host.ok('shape', 'link', '--delay', '40ms', ...NAMED);
    expect(quantile(await roundTrips(host, IN.a, address['b-link']!, 20), 0.5)).toBeGreaterThan(soonest(80));
    const again = await host.ok('up', FILE, ...NAMED);
    expect(again.stdout).toContain('nothing to do');
    expect(quantile(await roundTrips(host, IN.a, address['b-link']!, 20), 0.5)).toBeGreaterThan(soonest(80));
    expect((await host.ok('status', ...NAMED)).stdout).toMatch(/link +delay 40 ms/);
    await host.ok('shape', 'link', '--reset', ...NAMED);
    expect(quantile(await roundTrips(host, IN.a, address['b-link']!, 20), 0.5)).toBeLessThan(20 + LATE);
    expect(await pidOf('delay-link')).toBe(element);
  });

  test('takes one link down and up, and no other', async () => {
    await host.ok('shape', 'link', '--down', ...NAMED);
    expect(await roundTrips(host, IN.a, address['b-link']!, 5)).toEqual([]);
    expect(await roundTrips(host, IN.a, address['b-lan']!, 5)).toHaveLength(5);
    await host.ok('shape', 'link', '--up', ...NAMED);
    expect(await roundTrips(host, IN.a, address['b-link']!, 5)).toHaveLength(5);
    await host.ok('shape', 'b:lan', '--down', ...NAMED);
    expect(await roundTrips(host, IN.a, address['b-lan']!, 5)).toEqual([]);
    expect(await roundTrips(host, IN.a, address['c-lan']!, 5)).toHaveLength(5);
    await host.ok('shape', 'lan', '--reset', ...NAMED);
    expect(await roundTrips(host, IN.a, address['b-lan']!, 5)).toHaveLength(5);
  });

  test('puts an element into a link that had none, and takes it out again', async () => {
    await host.ok('shape', 'plain', '--delay', '25ms', ...NAMED);
    expect((await roundTrips(host, IN.a, address['b-plain']!, 20))[0]).toBeGreaterThan(soonest(50));
    await host.ok('shape', 'plain', '--reset', ...NAMED);
    expect((await roundTrips(host, IN.a, address['b-plain']!, 20))[0]).toBeLessThan(20);
    await expect(pidOf('delay-plain')).rejects.toThrow();
  });
});

describe('what dies comes back', () => {
  test.each(['delay-link', 'switch-link'])('%s', async (name) => {
    await host.must(['kill', '-9', await pidOf(name)]);
    const lost = async (): Promise<boolean> =>
      (await roundTrips(host, IN.a, address['b-link']!, 2)).length === 0;
    await until(lost, 'frames still pass');
    expect((await host.cli('status', ...NAMED)).code).toBe(1);
    await host.ok('up', FILE, ...NAMED);
    const times = await roundTrips(host, IN.a, address['b-link']!, 20);
    expect(times[0]).toBeGreaterThan(soonest(20));
    expect((await host.ok('up', FILE, ...NAMED)).stdout).toContain('nothing to do');
  });
});

test('run launch stands on what setup wrote', async () => {
  await host.ok('down', ...NAMED);
  await host.ok('run', 'launch', ...NAMED);
  expect((await roundTrips(host, IN.a, address['b-link']!, 10))[0]).toBeGreaterThan(soonest(20));
});

test('down leaves nothing, and what shape changed is forgotten', async () => {
  await host.ok('shape', 'link', '--delay', '40ms', ...NAMED);
  await host.must(['kill', '-9', await pidOf('delay-lan')]);
  await host.ok('down', '--purge', ...NAMED);
  await host.must(['rm', FILE]);
  expect(await host.residue(before)).toEqual([]);
});

/** @throws where there is no such process. */
async function pidOf(name: string): Promise<string> {
  const identity = (await identities(host, FULL)).processes[name];
  if (!identity) throw new Error(`no process ${name}`);
  return identity.split('@')[0]!;
}
