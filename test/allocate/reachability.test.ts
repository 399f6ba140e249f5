import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { assignAddresses } from '../../engine/allocate/addresses.ts';
import { buildGraph, type Graph } from '../../engine/allocate/graph.ts';
import { path } from '../../engine/allocate/path.ts';
import { checkReachability } from '../../engine/allocate/reachability.ts';
import { tableOf, type Route } from '../../engine/allocate/route-table.ts';
import { computeRoutes } from '../../engine/allocate/routes.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { topologyOf, type Extra } from './_topologies.ts';

const chain = {
  nodes: 4,
  lans: [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
};
const graph = buildGraph(assignAddresses(topologyOf(chain)).topology);
const right: Readonly<Record<string, readonly Route[]>> = {
  n0: [{ to: '10.0.0.0/22', via: '10.0.0.2' }],
  n1: [{ to: '10.0.2.0/24', via: '10.0.1.2' }],
  n2: [{ to: '10.0.0.0/24', via: '10.0.1.1' }],
  n3: [{ to: '10.0.0.0/22', via: '10.0.2.1' }],
};
const check = (changes: Readonly<Record<string, readonly Route[]>>, on: Graph = graph) =>
  checkReachability(
    on,
    Object.entries({ ...right, ...changes }).map(([node, routes]) => ({ node, table: tableOf(routes) })),
  );

describe('ways', () => {
  test('right tables have no problems; every pair is counted', () => {
    expect(check({})).toEqual({ problems: [], checked: { substrates: 3, ofSubstrates: 3, pairs: 24 } });
  });

  test.each<[string, Readonly<Record<string, readonly Route[]>>, string, string]>([
    ['a black hole', { n1: [] }, 'no-route', 'n0 -> n1 (e0, 10.0.0.2) (and from 1 other nodes)'],
    [
      'a route that refuses',
      { n1: [{ to: '10.0.2.0/24', unreachable: true }] },
      'unreachable-route',
      'n0 -> n1',
    ],
    ['no neighbour', { n1: [{ to: '10.0.2.0/24', via: '10.0.1.9' }] }, 'bad-next-hop', 'n0 -> n1'],
    [
      'the far side of a neighbour',
      { n1: [{ to: '10.0.2.0/24', via: '10.0.2.1' }] },
      'bad-next-hop',
      'n0 -> n1',
    ],
    [
      'a node that does not forward',
      { n1: [{ to: '10.0.2.0/24', via: '10.0.0.1' }] },
      'not-forwarding',
      'n0 -> n1 (e0, 10.0.0.2) -> n0',
    ],
    [
      'a host route that goes wrong',
      { n1: [...right.n1!, { to: '10.0.2.2/32', unreachable: true }] },
      'unreachable-route',
      'from n0 to 10.0.2.2',
    ],
  ])('%s', (_, changes, code, text) => {
    const { problems } = check(changes);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]!.message).toContain(text);
  });

  test('a loop and a detour', () => {
    const ring = buildGraph(
      assignAddresses(
        topologyOf({
          nodes: 4,
          lans: [
            [0, 1],
            [1, 2],
            [2, 3],
            [3, 0],
          ],
        }),
      ).topology,
    );
    const tables = new Map([...computeRoutes(ring)].map(({ node, table }) => [node, table]));
    const changed = (node: string, routes: readonly Route[]) =>
      checkReachability(
        ring,
        [...tables].map(([name, table]) => ({ node: name, table: name === node ? tableOf(routes) : table })),
      );
    const codes = changed('n1', [{ to: '10.0.2.0/23', via: '10.0.0.1' }]).problems.map(({ code }) => code);
    expect(codes).toEqual(['detour']);
    const looping = tableOf([
      { to: '10.0.1.0/24', via: '10.0.0.2' },
      { to: '10.0.2.0/24', via: '10.0.0.2' },
    ]);
    const back = tableOf([{ to: '10.0.2.0/23', via: '10.0.0.1' }]);
    const loop = checkReachability(
      ring,
      [...tables].map(([node, table]) => ({
        node,
        table: node === 'n0' ? looping : node === 'n1' ? back : table,
      })),
    );
    expect(loop.problems.map(({ code }) => code)).toContain('routing-loop');
    expect(loop.problems[0]!.message).toContain('n0 -> n1 (e0, 10.0.0.2) -> n0 (e0, 10.0.0.1)');
  });

  test('a route to what is out of reach', () => {
    const apart = buildGraph(
      assignAddresses(
        topologyOf({
          nodes: 5,
          lans: [
            [0, 1],
            [1, 2],
            [3, 4],
          ],
        }),
      ).topology,
    );
    const table = tableOf([{ to: '10.0.0.0/16', via: '10.0.0.2' }]);
    const tables = [...computeRoutes(apart)].map((entry) =>
      entry.node === 'n0' ? { ...entry, table } : entry,
    );
    expect(checkReachability(apart, tables).problems.map(({ code }) => code)).toEqual(['captured']);
  });

  test('a node without a table has no routes; a table without a node is told', () => {
    const result = checkReachability(graph, [{ node: 'stranger', table: tableOf([]) }], { limit: 1 });
    expect(new Set(result.problems.map(({ code }) => code))).toEqual(new Set(['unknown-node', 'no-route']));
    expect(result.problems.at(-1)!.message).toMatch(/^2 more destinations/);
  });

  test('a sample says that it is one', () => {
    const { checked } = checkReachability(graph, computeRoutes(graph), { sample: 2 });
    expect(checked).toMatchObject({ substrates: 2, ofSubstrates: 3 });
  });
});

describe('wiring', () => {
  test.each<[string, Extra, string]>([
    [
      'duplicate-address',
      { 'n0/e0': { ip4_address: '10.0.0.2' }, 'n1/e0': { ip4_address: '10.0.0.2' } },
      '10.0.0.2',
    ],
    ['duplicate-mac', mark('benito:mac_address', '02:00:00:00:00:01'), '02:00:00:00:00:01'],
    ['duplicate-port', mark('benito:vde_port', '7'), '7 of s0'],
    [
      'subnet-mismatch',
      { 'n0/e0': { ip4_address: '10.0.0.1' }, 'n1/e0': { ip4_address: '10.9.0.1' } },
      'n1/e0 on s0',
    ],
    [
      'netmask-mismatch',
      {
        'n0/e0': { ip4_address: '10.0.0.1' },
        'n1/e0': { ip4_address: '10.0.0.2', ip4_netmask: '255.255.0.0' },
      },
      '10.0.0.0/16',
    ],
  ])('%s', (code, extra, text) => {
    const { problems } = checkReachability(buildGraph(topologyOf({ nodes: 2, lans: [[0, 1]] }, extra)), []);
    expect(problems.filter((problem) => problem.code === code).map(({ message }) => message)).toEqual([
      expect.stringContaining(text),
    ]);
  });

  test('subnet-overlap', () => {
    const extra = { 'n0/e0': { ip4_address: '10.0.0.1' }, 'n0/e1': { ip4_address: '10.0.0.2' } };
    const { problems } = checkReachability(buildGraph(topologyOf({ nodes: 1, lans: [[0], [0]] }, extra)), []);
    expect(problems.map(({ code }) => code)).toEqual(['subnet-overlap']);
  });
});

describe('one path', () => {
  const tables = new Map(Object.entries(right).map(([node, routes]) => [node, tableOf(routes)]));

  test('names every node with the interface and address it is entered by', () => {
    expect(path(graph, (node) => tables.get(node), 'n0', '10.0.2.2')).toEqual({
      outcome: 'delivered',
      hops: [
        { node: 'n0' },
        { node: 'n1', interface: 'e0', address: '10.0.0.2' },
        { node: 'n2', interface: 'e0', address: '10.0.1.2' },
        { node: 'n3', interface: 'e0', address: '10.0.2.2' },
      ],
    });
  });

  test('says how it ends', () => {
    const end = (to: string) => path(graph, (node) => tables.get(node), 'n0', to).outcome;
    expect([end('10.0.2.77'), end('10.0.3.1'), end('10.9.0.1')]).toEqual(['nobody', 'no-route', 'no-route']);
    expect(() => end('x')).toThrow('x is no IPv4 address');
    expect(() => path(graph, () => undefined, 'x', '10.0.0.1')).toThrow('there is no node called x');
  });
});

const btopo = join(import.meta.dirname, '../../../shared/corpus/topdl/spi-btopo.xml');

(existsSync(btopo) ? test : test.skip)('btopo: 553 computers on 110 LANs, all pairs', () => {
  const { topology } = parseTopdl(readFileSync(btopo, 'utf8'), 'spi-btopo.xml');
  const { topology: final, problems } = assignAddresses(topology);
  expect(problems).toEqual([]);
  const real = buildGraph(final);
  expect([real.nodes.length, real.substrates.length]).toEqual([553, 110]);
  const result = checkReachability(real, computeRoutes(real));
  expect(result.problems).toEqual([]);
  expect(result.checked.pairs).toBeGreaterThan(0);
});

function mark(name: string, value: string): Extra {
  return {
    'n0/e0': { ip4_address: '10.0.0.1', [name]: value },
    'n1/e0': { ip4_address: '10.0.0.2', [name]: value },
  };
}
