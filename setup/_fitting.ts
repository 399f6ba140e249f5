import { attribute, computers, embed, pack } from 'benito-pipeline';
import type { Computer, PlatformFact, Settings, Topology } from 'benito-pipeline';
import { demandsOf } from './_demands.ts';
import { placesOf } from './_places.ts';

/** Larger experiments take too long to be packed over and over for a hint. */
const MOST_NODES = 2000;
const MOST_TRIES = 12;

/** What might be done so that an experiment fits on the pnodes that a site has: the largest packing factor that does it. */
export function factorThatFits(
  topology: Topology,
  { settings, platforms }: { readonly settings: Settings; readonly platforms: readonly PlatformFact[] },
): number | undefined {
  const nodes = computers(topology);
  if (nodes.length > MOST_NODES) return undefined;
  const { pnodes, packing } = settings;
  const places = placesOf(nodes, platforms);
  const tried = new Set<number>();
  for (let parts = 1; parts <= pnodes.length && tried.size < MOST_TRIES; parts += 1) {
    const factor = Math.ceil(nodes.length / parts);
    if (tried.has(factor)) continue;
    tried.add(factor);
    const wishes = { packing: factor, nodesOnly: packing.nodes_only };
    const { partitions } = pack(topology, places, { wishes, earlier: new Map(), taken: [] });
    const groups = new Map<string, Computer[]>();
    for (const node of nodes) {
      const id = partitions.get(node.name) ?? attribute(node, 'containers:partition')!;
      groups.set(id, [...(groups.get(id) ?? []), node]);
    }
    const demands = demandsOf(topology, groups, { settings, platforms });
    if (embed(demands, pnodes, new Map()).failed.length === 0) return factor;
  }
  return undefined;
}
