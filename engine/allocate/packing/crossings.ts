import type { Crossing } from '../../model/experiment.ts';
import { computers } from '../../model/queries.ts';
import type { Topology } from '../../model/topology.ts';

/** A trunk that needs a port at both ends. */
export interface Trunk {
  readonly substrate: string;
  readonly pnodes: readonly [string, string];
}

/**
 * The trunks of substrates that computers of several pnodes are on: a star around one of these pnodes, the earlier one where
 * it is still among them, or else the one with the most interfaces.
 */
export function layOutTrunks(
  topology: Topology,
  pnodeOf: ReadonlyMap<string, string>,
  earlier: readonly Crossing[] = [],
): readonly Trunk[] {
  const hubs = new Map(earlier.map(({ substrate, trunks }) => [substrate, trunks[0]?.[0].pnode]));
  const counts = new Map<string, Map<string, number>>(
    topology.substrates.map(({ name }) => [name, new Map()]),
  );
  for (const { name, interfaces } of computers(topology)) {
    const pnode = pnodeOf.get(name)!;
    for (const substrate of interfaces.flatMap(({ substrates }) => substrates)) {
      const count = counts.get(substrate);
      count?.set(pnode, (count.get(pnode) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([substrate, count]) => {
    const all = [...count.keys()].sort();
    const most = all.reduce((best, one) => (count.get(one)! > count.get(best)! ? one : best), all[0] ?? '');
    const known = hubs.get(substrate);
    const hub = known !== undefined && count.has(known) ? known : most;
    return all.filter((one) => one !== hub).map((one): Trunk => ({ substrate, pnodes: [hub, one] }));
  });
}
