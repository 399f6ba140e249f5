import { hypergraphOf } from './hypergraph.ts';
import type { Hypergraph, Net } from './hypergraph.ts';
import { shuffled } from './random.ts';
import type { Random } from './random.ts';

/** A smaller hypergraph, each of whose vertices stands for one or two of a larger one. */
export interface Coarser {
  readonly graph: Hypergraph;
  /** Vertex of the larger one -> vertex of the smaller. */
  readonly into: Int32Array;
}

/** Larger nets say little of who belongs together, and make matching slow. */
const LARGEST_NET = 64;

/**
 * Joins pairs of vertices that share the most, by nets of few pins before those of many.
 * @param heaviest no pair weighs more.
 * @param apart where given, only vertices of one side are joined.
 */
export function coarsen(graph: Hypergraph, heaviest: number, random: Random, apart?: Uint8Array): Coarser {
  const { weight, vertexStart, vertexNets, netStart, pins, netCost } = graph;
  const into = new Int32Array(weight.length).fill(-1);
  const tie = new Float64Array(weight.length);
  const touched: number[] = [];
  let count = 0;
  for (const vertex of shuffled(weight.length, random)) {
    if (into[vertex]! >= 0) continue;
    for (let at = vertexStart[vertex]!; at < vertexStart[vertex + 1]!; at += 1) {
      const net = vertexNets[at]!;
      const size = netStart[net + 1]! - netStart[net]!;
      if (size > LARGEST_NET) continue;
      for (let pin = netStart[net]!; pin < netStart[net + 1]!; pin += 1) {
        const other = pins[pin]!;
        if (other === vertex || into[other]! >= 0 || weight[vertex]! + weight[other]! > heaviest) continue;
        if (apart && apart[other] !== apart[vertex]) continue;
        if (tie[other] === 0) touched.push(other);
        tie[other]! += netCost[net]! / (size - 1);
      }
    }
    let mate = -1;
    for (const other of touched) {
      const better = mate < 0 || tie[other]! / weight[other]! > tie[mate]! / weight[mate]!;
      if (better) mate = other;
    }
    for (const other of touched) tie[other] = 0;
    touched.length = 0;
    into[vertex] = count;
    if (mate >= 0) into[mate] = count;
    count += 1;
  }
  const joined = new Int32Array(count);
  weight.forEach((one, vertex) => (joined[into[vertex]!]! += one));
  return { graph: hypergraphOf(joined, joinNets(graph, into)), into };
}

/** The nets on the smaller vertices: those of the same pins become one. */
function joinNets({ netStart, pins, netCost }: Hypergraph, into: Int32Array): readonly Net[] {
  const nets: { cost: number; pins: readonly number[] }[] = [];
  const known = new Map<number | string, number>();
  const list: number[] = [];
  for (let net = 0; net < netCost.length; net += 1) {
    list.length = 0;
    for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) {
      const pin = into[pins[at]!]!;
      if (list[0] !== pin) list.push(pin);
    }
    if (list.length < 2) continue;
    const own = list.length === 2 ? list : [...new Set(list)];
    own.sort((a, b) => a - b);
    const key = own.length === 2 ? own[0]! * into.length + own[1]! : own.join(' ');
    const at = known.get(key);
    if (at !== undefined) nets[at]!.cost += netCost[net]!;
    else {
      known.set(key, nets.length);
      nets.push({ cost: netCost[net]!, pins: own.slice() });
    }
  }
  return nets;
}
