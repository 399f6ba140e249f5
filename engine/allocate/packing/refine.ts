import { clearHeap, gainHeap, removeVertex, setGain } from './gain-heap.ts';
import type { GainHeap } from './gain-heap.ts';
import type { Hypergraph } from './hypergraph.ts';

/** How much side 0 of two may weigh. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** What it should weigh where that costs nothing. */
  readonly target: number;
}

/** How good a division in two is: what counts first comes first. */
export interface Quality {
  /** By how much side 0 is out of its bounds. */
  readonly excess: number;
  readonly cost: number;
  /** How far side 0 is from its target. */
  readonly offset: number;
}

/** Passes end early here once nothing gets better; more are hardly ever needed. */
const MOST_PASSES = 12;

/**
 * Improves a division in two by Fiduccia and Mattheyses: passes in which every vertex may change sides once, best gain
 * first, losses included, and which end at the best point on the way.
 * @param side 0 or 1 by vertex; changed in place.
 */
export function refine(graph: Hypergraph, side: Uint8Array, bounds: Bounds): Quality {
  const state = stateOf(graph, side);
  let quality = qualityOf(state, bounds);
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const next = runPass(graph, side, bounds, state, quality);
    if (!isBetter(next, quality)) break;
    quality = next;
  }
  return quality;
}

/** True where the first division is the better one. */
export function isBetter(one: Quality, other: Quality): boolean {
  if (one.excess !== other.excess) return one.excess < other.excess;
  const grain = 1e-9 * Math.max(1, other.cost);
  if (Math.abs(one.cost - other.cost) > grain) return one.cost < other.cost;
  return one.offset < other.offset - 1e-9;
}

interface State {
  /** Pins of each net on either side. */
  readonly counts: readonly [Int32Array, Int32Array];
  readonly heaps: readonly [GainHeap, GainHeap];
  readonly gain: Float64Array;
  readonly moved: Uint8Array;
  readonly trail: Int32Array;
  readonly heaviest: number;
  /** Weight of side 0. */
  left: number;
  cost: number;
}

function stateOf(graph: Hypergraph, side: Uint8Array): State {
  const { weight, netCost, netStart, pins } = graph;
  const counts = [new Int32Array(netCost.length), new Int32Array(netCost.length)] as const;
  let cost = 0;
  for (let net = 0; net < netCost.length; net += 1) {
    for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) counts[side[pins[at]!] as 0 | 1][net]!++;
    if (counts[0][net]! > 0 && counts[1][net]! > 0) cost += netCost[net]!;
  }
  return {
    counts,
    heaps: [gainHeap(weight.length), gainHeap(weight.length)],
    gain: new Float64Array(weight.length),
    moved: new Uint8Array(weight.length),
    trail: new Int32Array(weight.length),
    heaviest: weight.reduce((most, one) => Math.max(most, one), 0),
    left: weight.reduce((sum, one, vertex) => sum + (side[vertex] === 0 ? one : 0), 0),
    cost,
  };
}

function qualityOf({ left, cost }: State, { least, most, target }: Bounds): Quality {
  return { excess: Math.max(0, least - left, left - most), cost, offset: Math.abs(left - target) };
}

function runPass(graph: Hypergraph, side: Uint8Array, bounds: Bounds, state: State, from: Quality): Quality {
  const { weight } = graph;
  const { heaps, gain, moved, trail, heaviest } = state;
  moved.fill(0);
  for (const heap of heaps) clearHeap(heap);
  for (let vertex = 0; vertex < weight.length; vertex += 1) {
    gain[vertex] = gainOf(graph, side, state.counts, vertex);
    setGain(heaps[side[vertex] as 0 | 1], vertex, gain[vertex]!);
  }
  // Without losses for so long, it is not going to find anything.
  const patience = Math.max(30, Math.ceil(weight.length / 8));
  let best = from;
  let bestAt = 0;
  let length = 0;
  while (length - bestAt < patience) {
    const vertex = choose(weight, state, bounds, heaviest);
    if (vertex < 0) break;
    move(graph, side, state, vertex);
    trail[length++] = vertex;
    const now = qualityOf(state, bounds);
    if (isBetter(now, best)) {
      best = now;
      bestAt = length;
    }
  }
  while (length > bestAt) undo(graph, side, state, trail[--length]!);
  return best;
}

/** The next vertex to move: the better of both sides' best, as far as the bounds, with room for one vertex, allow. */
function choose(weight: Int32Array, state: State, { least, most }: Bounds, room: number): number {
  const { heaps, gain, left } = state;
  let chosen = -1;
  for (const from of [0, 1] as const) {
    const heap = heaps[from];
    if (heap.size === 0) continue;
    const vertex = heap.heap[0]!;
    const after = left + (from === 0 ? -weight[vertex]! : weight[vertex]!);
    const leads = from === 0 ? left > most : left < least;
    const within = from === 0 ? after >= least - room : after <= most + room;
    const away = from === 0 ? left < least : left > most;
    if (away || (!within && !leads)) continue;
    if (leads) return vertex;
    if (chosen < 0 || gain[vertex]! > gain[chosen]!) chosen = vertex;
  }
  return chosen;
}

/** What the cost goes down by when a vertex changes sides. */
function gainOf(graph: Hypergraph, side: Uint8Array, counts: State['counts'], vertex: number): number {
  const { vertexStart, vertexNets, netCost } = graph;
  const from = counts[side[vertex] as 0 | 1];
  const to = counts[(1 - side[vertex]!) as 0 | 1];
  let gain = 0;
  for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
    const net = vertexNets[at]!;
    if (from[net] === 1) gain += netCost[net]!;
    if (to[net] === 0) gain -= netCost[net]!;
  }
  return gain;
}

function move(graph: Hypergraph, side: Uint8Array, state: State, vertex: number): void {
  const { vertexStart, vertexNets, netCost, weight } = graph;
  const { counts, heaps, gain, moved } = state;
  const old = side[vertex] as 0 | 1;
  const [from, to] = [counts[old], counts[(1 - old) as 0 | 1]];
  state.cost -= gain[vertex]!;
  state.left += old === 0 ? -weight[vertex]! : weight[vertex]!;
  moved[vertex] = 1;
  removeVertex(heaps[old], vertex);
  side[vertex] = 1 - old;
  for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
    const net = vertexNets[at]!;
    const cost = netCost[net]!;
    if (to[net] === 0) shift(graph, side, state, { net, of: 2, by: cost });
    else if (to[net] === 1) shift(graph, side, state, { net, of: 1 - old, by: -cost });
    from[net]! -= 1;
    to[net]! += 1;
    if (from[net] === 0) shift(graph, side, state, { net, of: 2, by: -cost });
    else if (from[net] === 1) shift(graph, side, state, { net, of: old, by: cost });
  }
}

/** Changes the gains of a net's vertices on one side (2: on both) that have not moved yet. */
function shift(
  { netStart, pins }: Hypergraph,
  side: Uint8Array,
  { heaps, gain, moved }: State,
  { net, of, by }: { readonly net: number; readonly of: number; readonly by: number },
): void {
  for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) {
    const pin = pins[at]!;
    if (moved[pin] || (of !== 2 && side[pin] !== of)) continue;
    gain[pin]! += by;
    setGain(heaps[side[pin] as 0 | 1], pin, gain[pin]!);
  }
}

/** Moves a vertex back, gains left as they are: the pass is over. */
function undo(graph: Hypergraph, side: Uint8Array, state: State, vertex: number): void {
  const { vertexStart, vertexNets, weight } = graph;
  state.cost -= gainOf(graph, side, state.counts, vertex);
  const now = side[vertex] as 0 | 1;
  const back = (1 - now) as 0 | 1;
  for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
    state.counts[now][vertexNets[at]!]!--;
    state.counts[back][vertexNets[at]!]!++;
  }
  state.left += back === 0 ? weight[vertex]! : -weight[vertex]!;
  side[vertex] = back;
}
