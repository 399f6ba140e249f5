import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignAddresses } from '../../engine/allocate/addresses.ts';
import { buildGraph, type Graph } from '../../engine/allocate/graph.ts';
import {
  formatAddress,
  formatSubnet,
  parseSubnet,
  subnetOf,
  type Subnet,
} from '../../engine/allocate/ip4.ts';
import { path } from '../../engine/allocate/path.ts';
import { checkReachability } from '../../engine/allocate/reachability.ts';
import { listRoutes, tableOf, type RouteTable } from '../../engine/allocate/route-table.ts';
import { computeRoutes } from '../../engine/allocate/routes.ts';
import { addressed, topologyOf, type Extra, type Sketch } from './_topologies.ts';

const tablesOf = (graph: Graph, options = {}): ReadonlyMap<string, RouteTable> =>
  new Map([...computeRoutes(graph, options)].map(({ node, table }) => [node, table]));
const graphOf = (sketch: Sketch, extra: Extra = {}): Graph =>
  buildGraph(assignAddresses(topologyOf(sketch, extra)).topology);
const routesOf = (graph: Graph, node: string, options = {}): readonly string[] =>
  listRoutes(tablesOf(graph, options).get(node)!).map(({ to, via }) => `${to} ${via ?? 'unreachable'}`);

describe('tables', () => {
  test('a chain: one covering route where it serves', () => {
    const graph = graphOf({
      nodes: 5,
      lans: [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4],
      ],
    });
    expect(routesOf(graph, 'n0')).toEqual(['10.0.0.0/22 10.0.0.2']);
    expect(routesOf(graph, 'n2')).toEqual(['10.0.0.0/22 10.0.1.1', '10.0.2.0/23 10.0.2.2']);
  });

  test('what is out of reach is not captured', () => {
    const graph = graphOf({ nodes: 6, lans: [[0, 1], [1, 2], [4, 5], [2, 3], [5]] });
    expect(routesOf(graph, 'n0')).toEqual(['10.0.0.0/22 10.0.0.2', '10.0.2.0/24 unreachable']);
    expect(tablesOf(graph).get('n4')!.count).toBe(1);
    const far = Array.from({ length: 9 }, (_, at) => [at, at + 1]);
    const island = graphOf({ nodes: 12, lans: [...far.slice(0, 4), [10, 11], ...far.slice(4)] });
    expect(routesOf(island, 'n0')).toEqual(['10.0.0.0/20 10.0.0.2', '10.0.4.0/24 unreachable']);
  });

  test('no cover is as wide as a default route, or takes what must stay outside', () => {
    const extra = { 'n1/e1': { ip4_address: '192.168.1.1' }, 'n2/e1': { ip4_address: '192.168.200.1' } };
    const graph = graphOf(
      {
        nodes: 4,
        lans: [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      },
      extra,
    );
    expect(routesOf(graph, 'n0')).toEqual(['192.168.0.0/16 10.0.0.2']);
    expect(routesOf(graph, 'n0', { keepOut: ['192.168.144.0/20'] })).toEqual([
      '192.168.1.0/24 10.0.0.2',
      '192.168.200.0/24 10.0.0.2',
    ]);
  });

  test('subnets that overlap are refused by name', () => {
    const extra = { 'n0/e0': { ip4_address: '10.5.0.1' }, 'n0/e1': { ip4_address: '10.5.0.2' } };
    const graph = buildGraph(topologyOf({ nodes: 1, lans: [[0], [0]] }, extra));
    expect(() => [...computeRoutes(graph)]).toThrow(
      'substrates s0 (10.5.0.0/24) and s1 (10.5.0.0/24) overlap',
    );
  });

  test('are the same whatever nodes are asked for', () => {
    const graph = graphOf({
      nodes: 4,
      lans: [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 0],
      ],
    });
    expect([...computeRoutes(graph, { nodes: [2] })]).toEqual([
      { node: 'n2', table: tablesOf(graph).get('n2') },
    ]);
  });

  test('a hub of many neighbours', () => {
    const spokes = Array.from({ length: 100 }, (_, at) => at + 1);
    const graph = graphOf({
      nodes: 101,
      lans: [...spokes.map((at) => [0, at]), ...spokes.map((at) => [at, (at % 100) + 1])],
    });
    expect(checkReachability(graph, computeRoutes(graph)).problems).toEqual([]);
  });
});

test('random graphs: every packet takes a shortest way, and no table could be smaller', () => {
  fc.assert(
    fc.property(addressed, (topology) => {
      const graph = buildGraph(topology);
      expectExact(graph);
      const { problems, checked } = checkReachability(graph, computeRoutes(graph));
      expect(problems).toEqual([]);
      expect(checked.substrates).toBe(graph.substrates.length);
    }),
    { numRuns: 60 },
  );
});

/** Walks from every node to every address by a naive longest-prefix match, and holds it against a naive search. */
function expectExact(graph: Graph): void {
  const tables = tablesOf(graph);
  const all = graph.subnets.reduce(
    (cover, subnet) => {
      let length = Math.min(cover.length, subnet.length);
      while (subnetOf(cover.base, length).base !== subnetOf(subnet.base, length).base) length--;
      return subnetOf(cover.base, length);
    },
    graph.subnets[0] ?? { base: 0, length: 32 },
  );
  const neighbours = graph.nodes.map((_, node) => attachedTo(graph, node));
  const distances = graph.subnets.map((_, lan) => naiveDistances(graph, neighbours, lan));
  const parsed = graph.nodes.map((name) =>
    listRoutes(tables.get(name)!).map((route) => ({ ...route, ...parseSubnet(route.to)! })),
  );
  for (const [node, name] of graph.nodes.entries()) {
    const table = tables.get(name)!;
    for (const { to } of listRoutes(table)) {
      const { length } = parseSubnet(to)!;
      expect(length).toBeGreaterThanOrEqual(all.length);
      expect(
        graph.subnets.every((subnet) => length <= subnet.length || parseSubnet(to)!.base !== subnet.base),
      ).toBe(true);
    }
    const wanted = graph.subnets.filter(
      (_, lan) => distances[lan]![node]! > 0 && distances[lan]![node]! < Infinity,
    );
    expect(table.count).toBeLessThanOrEqual(wanted.length);
    expect(table.count).toBe(leastRoutes(graph, neighbours, distances, node));
    for (const [lan, subnet] of graph.subnets.entries()) {
      const target = graph.memberAddress[graph.memberSubstrate.indexOf(lan)]!;
      let at = node;
      let crossed = 0;
      while (!neighbours[at]!.has(lan) && crossed <= graph.nodes.length) {
        const rows = parsed[at]!;
        const best = rows
          .filter(({ base, length }) => subnetOf(target, length).base === base)
          .sort((a, b) => b.length - a.length)[0];
        if (!best?.via) break;
        const member = [...graph.memberAddress].findIndex((address) => formatAddress(address) === best.via);
        expect(neighbours[at]!.has(graph.memberSubstrate[member]!)).toBe(true);
        at = graph.memberNode[member]!;
        expect(graph.forwards[at]).toBe(1);
        crossed++;
      }
      const expected = distances[lan]![node]!;
      expect([name, formatSubnet(subnet), neighbours[at]!.has(lan) ? crossed : Infinity]).toEqual([
        name,
        formatSubnet(subnet),
        expected,
      ]);
      const found = path(graph, (other) => tables.get(other), name, formatAddress(target));
      expect(found.outcome === 'delivered').toBe(expected < Infinity);
      if (found.outcome === 'delivered') expect(found.hops.length - 1).toBeLessThanOrEqual(expected + 1);
    }
  }
}

function attachedTo(graph: Graph, node: number): ReadonlySet<number> {
  return new Set(graph.memberSubstrate.subarray(graph.nodeStart[node], graph.nodeStart[node + 1]));
}

/** Bellman and Ford: relaxes until nothing changes. */
function naiveDistances(
  graph: Graph,
  attached: readonly ReadonlySet<number>[],
  lan: number,
): readonly number[] {
  const distances = graph.nodes.map((_, node) => (attached[node]!.has(lan) ? 0 : Infinity));
  for (let changed = true; changed;) {
    changed = false;
    for (const a of graph.nodes.keys()) {
      for (const b of graph.nodes.keys()) {
        const linked = [...attached[a]!].some((shared) => attached[b]!.has(shared));
        if (!linked || distances[b]! + 1 >= distances[a]! || graph.forwards[b] === 0) continue;
        distances[a] = distances[b]! + 1;
        changed = true;
      }
    }
  }
  return distances;
}

/** The size of the smallest right table, by trying every next hop at every prefix. */
function leastRoutes(
  graph: Graph,
  attached: readonly ReadonlySet<number>[],
  distances: readonly (readonly number[])[],
  node: number,
): number {
  const others = [...graph.nodes.keys()].filter((other) => {
    return (
      other !== node &&
      graph.forwards[other] === 1 &&
      [...attached[other]!].some((lan) => attached[node]!.has(lan))
    );
  });
  const none = -1;
  const suits = (lan: number, hop: number): boolean => {
    const distance = distances[lan]![node]!;
    if (distance === 0) return true;
    return distance === Infinity ? hop === none : hop !== none && distances[lan]![hop]! === distance - 1;
  };
  const known = new Map<string, number>();
  const cost = (lans: readonly number[], prefix: Subnet, inherited: number): number => {
    const key = `${formatSubnet(prefix)} ${inherited}`;
    const value = known.get(key) ?? compute(lans, prefix, inherited);
    known.set(key, value);
    return value;
  };
  const compute = (lans: readonly number[], prefix: Subnet, inherited: number): number => {
    if (lans.length === 0) return 0;
    const half = (hop: number, side: 0 | 1): number => {
      const inner = { base: prefix.base + side * 2 ** (31 - prefix.length), length: prefix.length + 1 };
      return cost(
        lans.filter((lan) => subnetOf(graph.subnets[lan]!.base, inner.length).base === inner.base),
        inner,
        hop,
      );
    };
    const below = (hop: number): number =>
      lans.length === 1 ? (suits(lans[0]!, hop) ? 0 : 1) : half(hop, 0) + half(hop, 1);
    if (lans.length === 1 || prefix.length < 8) return below(inherited);
    return Math.min(below(inherited), ...[none, ...others].map((hop) => 1 + below(hop)));
  };
  return cost([...graph.subnets.keys()], { base: 0, length: 0 }, none);
}

test('a table survives being written and read', () => {
  const graph = graphOf({
    nodes: 5,
    lans: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
  });
  const table = tablesOf(graph).get('n2')!;
  expect(tableOf(listRoutes(table).toReversed())).toEqual(table);
  expect(() => tableOf([{ to: '10.0.0.0/8' }])).toThrow(RangeError);
  expect(() => tableOf([{ to: '10.0.0.0/8', via: '10.1' }])).toThrow(RangeError);
});
