import { computers } from '../../model/queries.ts';
import type { Topology } from '../../model/topology.ts';
import { hypergraphOf } from './hypergraph.ts';
import type { Hypergraph, Net } from './hypergraph.ts';

/** Of a substrate that says nothing, in kb/s: the original's. */
const USUAL_CAPACITY = 100_000;

/**
 * These computers as vertices that weigh 1, in this order, and the substrates that they are on as nets: one costs its
 * capacity in kb/s.
 */
export function graphOf(topology: Topology, names: readonly string[]): Hypergraph {
  const numbers = new Map(names.map((name, at) => [name, at]));
  const members = new Map<string, Set<number>>(topology.substrates.map(({ name }) => [name, new Set()]));
  for (const { name, interfaces } of computers(topology)) {
    const number = numbers.get(name);
    if (number === undefined) continue;
    for (const { substrates } of interfaces) {
      for (const substrate of substrates) members.get(substrate)?.add(number);
    }
  }
  const nets = topology.substrates.map(({ name, capacity }): Net => ({
    cost: capacity?.rate ?? USUAL_CAPACITY,
    pins: [...members.get(name)!],
  }));
  return hypergraphOf(new Int32Array(names.length).fill(1), nets);
}
