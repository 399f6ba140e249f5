import { restrict, scratchFor } from './hypergraph.ts';
import type { Hypergraph } from './hypergraph.ts';
import { partition } from './partition.ts';
import { partsFor } from './wishes.ts';
import type { PassWish } from './wishes.ts';

/**
 * Puts vertices that have no part yet (-1) into those that there are, where most of what they are joined to is and there
 * is room, and into further ones where there is none. The others stay.
 */
export function joinParts(
  graph: Hypergraph,
  old: Int32Array,
  { parts, wish }: { readonly parts: number; readonly wish: PassWish },
): Int32Array {
  const part = old.slice();
  const sizes = new Int32Array(parts);
  for (const one of old) if (one >= 0) sizes[one]! += 1;
  const room = (one: number): boolean => wish.size !== undefined || sizes[one]! < wish.factor;
  const waiting = new Set([...old.keys()].filter((vertex) => old[vertex]! < 0));
  for (const vertex of waiting) {
    const best = bestOf(gainsOf(graph, part, vertex), sizes, room, wish);
    if (best < 0) break;
    part[vertex] = best;
    sizes[best]! += 1;
    waiting.delete(vertex);
  }
  const rest = Int32Array.from(waiting);
  if (rest.length > 0) {
    const inner = restrict(graph, rest, scratchFor(graph));
    const further = partition(inner, partsFor(rest.length, wish));
    rest.forEach((vertex, at) => (part[vertex] = parts + further[at]!));
  }
  return part;
}

/** What joins a vertex to parts, by part. */
function gainsOf(graph: Hypergraph, part: Int32Array, vertex: number): ReadonlyMap<number, number> {
  const { vertexStart, vertexNets, netStart, pins, netCost } = graph;
  const gains = new Map<number, number>();
  for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
    const net = vertexNets[at]!;
    const inside = new Set<number>();
    for (let pin = netStart[net]!; pin < netStart[net + 1]!; pin += 1) inside.add(part[pins[pin]!]!);
    for (const one of inside) if (one >= 0) gains.set(one, (gains.get(one) ?? 0) + netCost[net]!);
  }
  return gains;
}

/** The part with room that a vertex is joined to most, or else the smallest; -1 where none has room. */
function bestOf(
  gains: ReadonlyMap<number, number>,
  sizes: Int32Array,
  room: (part: number) => boolean,
  { nodesOnly }: PassWish,
): number {
  let best = -1;
  for (let one = 0; one < sizes.length; one += 1) {
    if (!room(one)) continue;
    const gain = (of: number): number => (nodesOnly ? 0 : (gains.get(of) ?? 0));
    if (best < 0 || gain(one) > gain(best) || (gain(one) === gain(best) && sizes[one]! < sizes[best]!))
      best = one;
  }
  return best;
}
