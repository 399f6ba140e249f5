import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { graphOf } from '../../engine/allocate/packing/graph-of.ts';
import { spanCost } from '../../engine/allocate/packing/hypergraph.ts';
import type { Hypergraph } from '../../engine/allocate/packing/hypergraph.ts';
import { pack } from '../../engine/allocate/packing/pack.ts';
import type { Packed, PackedNode } from '../../engine/allocate/packing/pack.ts';
import { partition } from '../../engine/allocate/packing/partition.ts';
import type { PackingWishes } from '../../engine/model/packing.ts';
import { computers } from '../../engine/model/queries.ts';
import type { Topology } from '../../engine/model/topology.ts';
import { sketches, topologyOf } from './_topologies.ts';

const lanOf = (size: number): Topology =>
  topologyOf({ nodes: size, lans: [Array.from({ length: size }, (_, node) => node)] });

describe('the tutorial', () => {
  // What the original came to: how many parts, and the sizes that it shows.
  test.each([
    { nodes: 20, packing: 10, original: 3 },
    { nodes: 20, packing: 5, original: 5 },
    { nodes: 20, packing: 11, original: 2 },
    { nodes: 20, packing: 6, original: 4 },
    { nodes: 11, packing: 10, original: 2 },
    { nodes: 11, packing: 6, original: 2 },
    { nodes: 11, packing: 5, original: 3 },
  ])('a LAN of $nodes with $packing on a pnode is in no more than $original parts', (one) => {
    const sizes = sizesOf(packAll(lanOf(one.nodes), { packing: one.packing }));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(one.packing);
    expect(sizes.length).toBeLessThanOrEqual(one.original);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  test('--nodes-only makes even parts: 10 and 10, five times 4', () => {
    expect(sizesOf(packAll(lanOf(20), { packing: 10, nodesOnly: true }))).toEqual([10, 10]);
    expect(sizesOf(packAll(lanOf(20), { packing: 5, nodesOnly: true }))).toEqual([5, 5, 5, 5]);
    expect(sizesOf(packAll(lanOf(20), { packing: 4, nodesOnly: true }))).toEqual([4, 4, 4, 4, 4]);
  });

  test('a star of ten nodes in two parts: five links between them', () => {
    const star = topologyOf({ nodes: 10, lans: Array.from({ length: 9 }, (_, at) => [0, at + 1]) });
    const { partitions } = packAll(star, { packing: 5 });
    expect(costOf(star, partitions)).toBe(5 * 100_000);
  });
});

describe('a partition', () => {
  test('has every vertex in one part, no part empty or too large, is the same every time, and no worse than in rows', () => {
    fc.assert(
      fc.property(sketches, fc.integer({ min: 1, max: 6 }), (sketch, parts) => {
        const topology = topologyOf(sketch);
        const graph = graphOf(topology, namesOf(topology));
        const count = sketch.nodes;
        const largest = Math.ceil(count / parts);
        const wanted = Math.ceil(count / largest);
        const part = partition(graph, { parts: wanted, largest });
        const sizes = countsOf(part);
        expect(part.length).toBe(count);
        expect(sizes.size).toBe(wanted);
        expect(Math.max(...sizes.values())).toBeLessThanOrEqual(largest);
        expect(partition(graph, { parts: wanted, largest })).toEqual(part);
        const rows = Int32Array.from(part, (_, vertex) => Math.floor(vertex / largest));
        expect(spanCost(graph, part)).toBeLessThanOrEqual(spanCost(graph, rows));
      }),
      { numRuns: 40 },
    );
  });

  test('is as good as any of few vertices in two parts', () => {
    fc.assert(
      fc.property(
        sketches.filter(({ nodes }) => nodes >= 2 && nodes <= 9),
        (sketch) => {
          const topology = topologyOf(sketch);
          const graph = graphOf(topology, namesOf(topology));
          const largest = Math.ceil(sketch.nodes / 2);
          const part = partition(graph, { parts: 2, largest });
          expect(spanCost(graph, part)).toBe(leastCost(graph, largest));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('of two cliques with one link between them cuts the link', () => {
    const clique = (from: number): number[][] =>
      [0, 1, 2, 3, 4, 5].flatMap((a) =>
        [0, 1, 2, 3, 4, 5].filter((b) => b > a).map((b) => [from + a, from + b]),
      );
    const topology = topologyOf({ nodes: 12, lans: [...clique(0), ...clique(6), [0, 6]] });
    const graph = graphOf(topology, namesOf(topology));
    expect(spanCost(graph, partition(graph, { parts: 2, largest: 6 }))).toBe(100_000);
  });

  test('prefers to cut what carries little', () => {
    const topology = topologyOf({
      nodes: 4,
      lans: [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 0],
      ],
    });
    const rates = [1000, 10, 1000, 10];
    const weighed = {
      ...topology,
      substrates: topology.substrates.map((one, at) => ({
        ...one,
        capacity: { rate: rates[at]!, kind: 'max' },
      })),
    };
    const graph = graphOf(weighed, namesOf(weighed));
    expect(spanCost(graph, partition(graph, { parts: 2, largest: 2 }))).toBe(20);
  });

  test('a LAN costs once for each further part, however many of its nodes are there', () => {
    const graph = graphOf(lanOf(9), namesOf(lanOf(9)));
    expect(spanCost(graph, Int32Array.from([0, 0, 0, 1, 1, 1, 2, 2, 2]))).toBe(200_000);
  });
});

describe('packing', () => {
  test('by passes: nodes of different passes or groups never share a partition, and numbers go up with the passes', () => {
    const topology = lanOf(9);
    const nodes = namesOf(topology).map((name, at): PackedNode => ({
      name,
      pass: at % 2,
      ...(at !== 8 && { group: at < 6 ? 'any' : 'own' }),
    }));
    const { partitions } = packNodes(topology, nodes, { packing: 10 });
    expect([...partitions].sort().map(([, id]) => id)).toEqual(['0', '2', '0', '2', '0', '2', '1', '3', '4']);
  });

  test('by sizes: of a pass, of all, and before factors', () => {
    const topology = lanOf(12);
    const nodes = namesOf(topology).map((name, at): PackedNode => ({
      name,
      pass: at < 6 ? 0 : 1,
      group: '',
    }));
    const counts = (wishes: Partial<PackingWishes>): number[] => {
      const { partitions } = packNodes(topology, nodes, wishes);
      const of = (from: number) =>
        new Set([...partitions].filter(([name]) => numberOf(name) < 6 === (from === 0)).map(([, id]) => id))
          .size;
      return [of(0), of(1)];
    };
    expect(counts({ packing: 2 })).toEqual([3, 3]);
    expect(counts({ packing: 2, passPack: { 1: 6 } })).toEqual([3, 1]);
    expect(counts({ packing: 2, size: 2, passPack: { 1: 6 } })).toEqual([2, 2]);
    expect(counts({ packing: 2, size: 2, passSize: { 0: 5 } })).toEqual([5, 2]);
    expect(counts({ packing: 2, passSize: { 0: 100 } })).toEqual([6, 3]);
  });

  test('keeps what an earlier run gave, whatever comes or goes', () => {
    fc.assert(
      fc.property(
        sketches,
        fc.integer({ min: 2, max: 5 }),
        fc.infiniteStream(fc.boolean()),
        (sketch, packing, keep) => {
          const topology = topologyOf(sketch);
          const first = packAll(topology, { packing });
          const left = namesOf(topology).filter(() => keep.next().value);
          const grown = topologyOf({
            ...sketch,
            nodes: sketch.nodes + 3,
            lans: [...sketch.lans, [0, sketch.nodes]],
          });
          const added = [sketch.nodes, sketch.nodes + 1, sketch.nodes + 2].map((at) => `n${at}`);
          const nodes = [...added, ...left].map((name): PackedNode => ({ name, pass: 1, group: '' }));
          const { partitions } = packNodes(grown, nodes, { packing }, first.partitions);
          for (const name of left) expect(partitions.get(name)).toBe(first.partitions.get(name));
          expect([...partitions.keys()].sort()).toEqual([...added, ...left].sort());
          expect(Math.max(...countsOf([...partitions.values()]).values())).toBeLessThanOrEqual(packing);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a newcomer goes to those it is joined to, or to a partition of its own where there is no room', () => {
    const before = new Map(['n0', 'n1', 'n2', 'n3'].map((name, at) => [name, at < 2 ? '0' : '1']));
    const topology = topologyOf({
      nodes: 5,
      lans: [
        [0, 1],
        [2, 3],
        [3, 4],
      ],
    });
    const nodes = namesOf(topology).map((name): PackedNode => ({ name, pass: 1, group: '' }));
    expect(packNodes(topology, nodes, { packing: 3 }, before).partitions.get('n4')).toBe('1');
    expect(packNodes(topology, nodes, { packing: 2 }, before).partitions.get('n4')).toBe('2');
  });

  test('an earlier answer that is not what is asked for now is made anew', () => {
    const topology = lanOf(8);
    const nodes = namesOf(topology).map((name): PackedNode => ({ name, pass: 1, group: '' }));
    const before = packNodes(topology, nodes, { packing: 8 }).partitions;
    expect(sizesOf(packNodes(topology, nodes, { packing: 4 }, before))).toEqual([4, 4]);
    expect(sizesOf(packNodes(topology, nodes, { size: 4 }, before))).toEqual([2, 2, 2, 2]);
    const halves = packNodes(topology, nodes, { packing: 4 }).partitions;
    const later = packNodes(topology, nodes, { packing: 8 }, halves);
    expect([sizesOf(later), later.spare]).toEqual([[4, 4], 1]);
  });
});

test('10,000 nodes on 1,000 pnodes in seconds, within the factor', () => {
  let state = 7;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const links = Array.from({ length: 9_999 }, (_, at) => [draw(at + 1), at + 1]);
  const far = Array.from({ length: 5_000 }, () => [draw(10_000), draw(10_000)]);
  const topology = topologyOf({ nodes: 10_000, lans: [...links, ...far] });
  const started = process.cpuUsage();
  const packed = packAll(topology, { packing: 10 });
  // Of the processor's: others may be at it too.
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(30);
  expect(Math.max(...sizesOf(packed))).toBeLessThanOrEqual(10);
  expect(sizesOf(packed).length).toBe(1_000);
  const rows = new Map(namesOf(topology).map((name, at) => [name, String(Math.floor(at / 10))]));
  expect(costOf(topology, packed.partitions)).toBeLessThan(0.8 * costOf(topology, rows));
}, 240_000);

function packAll(topology: Topology, wishes: Partial<PackingWishes>): Packed {
  const nodes = namesOf(topology).map((name): PackedNode => ({ name, pass: 1, group: '' }));
  return packNodes(topology, nodes, wishes);
}

function packNodes(
  topology: Topology,
  nodes: readonly PackedNode[],
  wishes: Partial<PackingWishes>,
  earlier: ReadonlyMap<string, string> = new Map(),
): Packed {
  return pack(topology, nodes, { wishes: { packing: 10, nodesOnly: false, ...wishes }, earlier, taken: [] });
}

function namesOf(topology: Topology): string[] {
  return computers(topology).map(({ name }) => name);
}

function numberOf(name: string): number {
  return Number(name.slice(1));
}

function costOf(topology: Topology, partitions: ReadonlyMap<string, string>): number {
  const names = namesOf(topology);
  return spanCost(
    graphOf(topology, names),
    Int32Array.from(names, (name) => Number(partitions.get(name))),
  );
}

function sizesOf({ partitions }: Packed): number[] {
  return [...countsOf([...partitions.values()]).values()].sort((a, b) => a - b);
}

function countsOf<T>(values: Iterable<T>): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Of all divisions in two parts, neither empty nor too large. */
function leastCost(graph: Hypergraph, largest: number): number {
  const count = graph.weight.length;
  let least = Infinity;
  for (let mask = 1; mask < 2 ** count - 1; mask += 1) {
    const part = Int32Array.from({ length: count }, (_, vertex) => (mask >> vertex) & 1);
    const ones = part.reduce((sum, one) => sum + one, 0);
    if (ones <= largest && count - ones <= largest) least = Math.min(least, spanCost(graph, part));
  }
  return least;
}
