import { bisect, redo } from './bisect.ts';
import type { Division } from './bisect.ts';
import { restrict, scratchFor, spanCost, totalWeight } from './hypergraph.ts';
import type { Hypergraph, Scratch } from './hypergraph.ts';
import { improvePairs } from './improve-pairs.ts';
import { randomOf } from './random.ts';
import type { Random } from './random.ts';
import { isBetter } from './refine.ts';

/** What a partition is asked to be. */
export interface PartitionWish {
  readonly parts: number;
  /** No part weighs more; there is room for all. */
  readonly largest: number;
}

/** So many vertices, times the depth of the division, are worked through in all attempts together. */
const EFFORT = 6_000;
const MOST_ATTEMPTS = 8;

/**
 * Divides the vertices into parts, none empty where there are enough of them, none above `largest`, so that nets are in
 * few parts at a time (`spanCost`). The same input has the same answer. Vertices weigh 1.
 * @returns the part of each vertex.
 */
export function partition(graph: Hypergraph, { parts, largest }: PartitionWish): Int32Array {
  const count = graph.weight.length;
  const wanted = Math.min(parts, count);
  if (wanted <= 1) return new Int32Array(count);
  if (wanted === count) return Int32Array.from(graph.weight, (_, vertex) => vertex);
  const depth = Math.ceil(Math.log2(wanted));
  const attempts = Math.max(1, Math.min(MOST_ATTEMPTS, Math.floor(EFFORT / (count * depth))));
  let best: Int32Array | undefined;
  let least = Infinity;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const random = randomOf(attempt + 1);
    const part = new Int32Array(count);
    const all = Int32Array.from({ length: count }, (_, vertex) => vertex);
    divide({ graph, part, largest, random, scratch: scratchFor(graph) }, all, wanted, 0);
    improvePairs(graph, part, { parts: wanted, largest, random });
    const cost = spanCost(graph, part);
    if (best && cost >= least * (1 - 1e-9)) continue;
    best = part;
    least = cost;
  }
  return best!;
}

interface Work {
  readonly graph: Hypergraph;
  readonly part: Int32Array;
  readonly largest: number;
  readonly random: Random;
  readonly scratch: Scratch;
}

/** Divides these vertices into so many parts, numbered from `first`. */
function divide(work: Work, vertices: Int32Array, parts: number, first: number): void {
  const { graph, part, largest, random, scratch } = work;
  if (parts === 1) {
    for (const vertex of vertices) part[vertex] = first;
    return;
  }
  const inner = restrict(graph, vertices, scratch);
  const total = totalWeight(inner);
  const [leftParts, rightParts] = [parts >> 1, parts - (parts >> 1)];
  const bounds = {
    least: Math.max(leftParts, total - rightParts * largest),
    most: Math.min(total - rightParts, leftParts * largest),
    target: (total * leftParts) / parts,
  };
  let division: Division = bisect(inner, bounds, random);
  if (vertices.length <= 2000) {
    const other = bisect(inner, bounds, random);
    if (isBetter(other.quality, division.quality)) division = other;
  }
  division = redo(inner, division, bounds, random);
  const { side } = division;
  divide(
    work,
    vertices.filter((_, at) => side[at] === 0),
    leftParts,
    first,
  );
  divide(
    work,
    vertices.filter((_, at) => side[at] === 1),
    rightParts,
    first + leftParts,
  );
}
