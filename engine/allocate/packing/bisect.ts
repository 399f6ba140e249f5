import { coarsen } from './coarsen.ts';
import type { Coarser } from './coarsen.ts';
import { gainHeap, removeVertex, setGain } from './gain-heap.ts';
import type { Hypergraph } from './hypergraph.ts';
import { totalWeight } from './hypergraph.ts';
import type { Random } from './random.ts';
import { isBetter, refine } from './refine.ts';
import type { Bounds, Quality } from './refine.ts';

/** Small enough to be divided by growing. */
const SMALLEST = 40;
/** How many beginnings the smallest hypergraph gets. */
const BEGINNINGS = 8;

/** A division in two with its quality. */
export interface Division {
  /** 0 or 1 by vertex. */
  readonly side: Uint8Array;
  readonly quality: Quality;
}

/** Divides a hypergraph in two: coarsened by levels, divided where it is smallest, refined on the way back. */
export function bisect(graph: Hypergraph, bounds: Bounds, random: Random): Division {
  const levels = coarsenAll(graph, bounds, random);
  const smallest = levels.at(-1)?.graph ?? graph;
  let best: Division | undefined;
  for (let beginning = 0; beginning < BEGINNINGS; beginning += 1) {
    const side = grow(smallest, bounds, random);
    const quality = refine(smallest, side, bounds);
    if (!best || isBetter(quality, best.quality)) best = { side, quality };
  }
  return project(graph, levels, best!, bounds);
}

/** Takes a division apart and together again: coarsened so that it stays as it is, refined on the way back. */
export function redo(graph: Hypergraph, before: Division, bounds: Bounds, random: Random): Division {
  const levels = coarsenAll(graph, bounds, random, before.side);
  let side = before.side;
  for (const { graph: coarse, into } of levels) {
    const next = new Uint8Array(coarse.weight.length);
    side.forEach((one, vertex) => (next[into[vertex]!] = one));
    side = next;
  }
  const smallest = levels.at(-1)?.graph ?? graph;
  const own = side.slice();
  const quality = refine(smallest, own, bounds);
  const after = project(graph, levels, { side: own, quality }, bounds);
  return isBetter(after.quality, before.quality) ? after : before;
}

function coarsenAll(
  graph: Hypergraph,
  bounds: Bounds,
  random: Random,
  apart?: Uint8Array,
): readonly Coarser[] {
  const levels: Coarser[] = [];
  const narrow = Math.min(bounds.target, totalWeight(graph) - bounds.target);
  const heaviest = Math.max(1, Math.ceil(narrow / 10));
  let now = graph;
  let sides = apart;
  while (now.weight.length > SMALLEST) {
    const next = coarsen(now, heaviest, random, sides);
    if (next.graph.weight.length > now.weight.length * 0.95) break;
    if (sides) {
      const joined = new Uint8Array(next.graph.weight.length);
      sides.forEach((one, vertex) => (joined[next.into[vertex]!] = one));
      sides = joined;
    }
    levels.push(next);
    now = next.graph;
  }
  return levels;
}

function project(graph: Hypergraph, levels: readonly Coarser[], start: Division, bounds: Bounds): Division {
  let division = start;
  for (let level = levels.length - 1; level >= 0; level -= 1) {
    const finer = level === 0 ? graph : levels[level - 1]!.graph;
    const { into } = levels[level]!;
    const side = Uint8Array.from(into, (vertex) => division.side[vertex]!);
    division = { side, quality: refine(finer, side, bounds) };
  }
  return division;
}

/** Side 0 grows from a vertex on, by who costs least to take, until it weighs what it should. */
function grow(graph: Hypergraph, { target }: Bounds, random: Random): Uint8Array {
  const { weight, vertexStart, vertexNets, netStart, pins, netCost } = graph;
  const side = new Uint8Array(weight.length).fill(1);
  const inside = new Int32Array(netCost.length);
  const heap = gainHeap(weight.length);
  const gainOf = (vertex: number): number => {
    let gain = 0;
    for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
      const net = vertexNets[at]!;
      const size = netStart[net + 1]! - netStart[net]!;
      if (inside[net] === size - 1) gain += netCost[net]!;
      if (inside[net] === 0) gain -= netCost[net]!;
    }
    return gain;
  };
  let left = 0;
  const rest = Int32Array.from(weight, (_, vertex) => vertex);
  let waiting = rest.length;
  while (left < target && waiting > 0) {
    if (heap.size === 0) {
      const at = Math.floor(random() * waiting);
      const start = rest[at]!;
      rest[at] = rest[--waiting]!;
      if (side[start] === 1) setGain(heap, start, 0);
      continue;
    }
    const vertex = heap.heap[0]!;
    removeVertex(heap, vertex);
    // What would lead further past the target than it is before it stays out.
    if (left + weight[vertex]! - target > target - left) continue;
    side[vertex] = 0;
    left += weight[vertex]!;
    for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) inside[vertexNets[at]!]!++;
    for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
      const net = vertexNets[at]!;
      for (let pin = netStart[net]!; pin < netStart[net + 1]!; pin += 1) {
        const other = pins[pin]!;
        if (side[other] === 1) setGain(heap, other, gainOf(other));
      }
    }
  }
  return side;
}
