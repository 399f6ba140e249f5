import { bisect } from './bisect.ts';
import { restrict, scratchFor, totalWeight } from './hypergraph.ts';
import type { Hypergraph } from './hypergraph.ts';
import type { Random } from './random.ts';
import { isBetter, refine } from './refine.ts';

const MOST_ROUNDS = 10;
/** Pairs of parts up to this size together are divided anew. */
const ANEW = 400;
/** How many times as much work that is as refining what there is. */
const ANEW_COSTS = 8;
/** So many vertices are worked through at most. */
const EFFORT = 150_000;
/** Parts that only such nets join are not held against each other: there are too many pairs of them. */
const WIDE_NET = 32;

/**
 * Improves a partition by pairs of parts that share nets: what both hold is divided in two again, as it would be if there
 * were nothing else. Pairs of which neither part has changed since are passed over.
 * @param part changed in place.
 */
export function improvePairs(
  graph: Hypergraph,
  part: Int32Array,
  { parts, largest, random }: { readonly parts: number; readonly largest: number; readonly random: Random },
): void {
  const scratch = scratchFor(graph);
  const members = membersOf(part, parts);
  let changed = new Uint8Array(parts).fill(1);
  let spent = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = new Uint8Array(parts);
    for (const [a, b] of neighbours(graph, part, parts)) {
      if (!changed[a] && !changed[b] && !next[a] && !next[b]) continue;
      if (spent > EFFORT) return;
      const vertices = Int32Array.from([...members[a]!, ...members[b]!]).sort();
      const inner = restrict(graph, vertices, scratch);
      const total = totalWeight(inner);
      const bounds = {
        least: Math.max(1, total - largest),
        most: Math.min(total - 1, largest),
        target: total / 2,
      };
      const before = Uint8Array.from(vertices, (vertex) => (part[vertex] === a ? 0 : 1));
      let side: Uint8Array = before.slice();
      const quality = refine(inner, side, bounds);
      spent += vertices.length;
      if (vertices.length <= ANEW && quality.cost > 0 && round < 3) {
        const anew = bisect(inner, bounds, random);
        spent += ANEW_COSTS * vertices.length;
        if (isBetter(anew.quality, quality)) ({ side } = anew);
      }
      if (side.every((one, at) => one === before[at])) continue;
      vertices.forEach((vertex, at) => (part[vertex] = side[at] === 0 ? a : b));
      members[a] = vertices.filter((_, at) => side[at] === 0);
      members[b] = vertices.filter((_, at) => side[at] === 1);
      next[a] = next[b] = 1;
    }
    if (!next.includes(1)) return;
    changed = next;
  }
}

function membersOf(part: Int32Array, parts: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: parts }, () => []);
  part.forEach((one, vertex) => lists[one]!.push(vertex));
  return lists.map((list) => Int32Array.from(list));
}

/** Pairs of parts that share a net, each once, in order. */
function neighbours(
  { netStart, pins, netCost }: Hypergraph,
  part: Int32Array,
  parts: number,
): readonly (readonly [number, number])[] {
  const pairs = new Set<number>();
  for (let net = 0; net < netCost.length; net += 1) {
    const inside = new Set<number>();
    for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) inside.add(part[pins[at]!]!);
    if (inside.size < 2 || inside.size > WIDE_NET) continue;
    for (const a of inside) for (const b of inside) if (a < b) pairs.add(a * parts + b);
  }
  return [...pairs].sort((a, b) => a - b).map((pair) => [Math.floor(pair / parts), pair % parts]);
}
