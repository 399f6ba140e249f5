import { PNODE_TYPE, computers } from 'benito-pipeline';
import type { Computer, Embedding, Topology } from 'benito-pipeline';

/**
 * The physical experiment: the pnodes, and the substrates that nodes of several of them are on. What a site calls a pnode is
 * in the attribute `containers:host`.
 */
export function physicalOf(topology: Topology, { pnodes }: Embedding): Topology {
  const pnodeOf = new Map(pnodes.flatMap(({ name, nodes }) => nodes.map((node) => [node, name] as const)));
  const on = new Map<string, Set<string>>(topology.substrates.map(({ name }) => [name, new Set()]));
  for (const { name, interfaces } of computers(topology)) {
    for (const { substrates } of interfaces) {
      for (const substrate of substrates) on.get(substrate)?.add(pnodeOf.get(name)!);
    }
  }
  const crossing = topology.substrates.filter(({ name }) => on.get(name)!.size > 1);
  const elements = pnodes.map(({ name, host }): Computer => ({
    type: 'computer',
    name,
    interfaces: crossing
      .filter((substrate) => on.get(substrate.name)!.has(name))
      .map((substrate, at) => ({
        name: `inf${String(at).padStart(3, '0')}`,
        substrates: [substrate.name],
        attributes: [],
        rest: [],
      })),
    attributes: [
      { name: 'containers:node_type', value: PNODE_TYPE },
      ...(host === undefined ? [] : [{ name: 'containers:host', value: host }]),
    ],
    rest: [],
  }));
  const { root, version } = topology;
  return {
    root,
    version,
    substrates: crossing,
    elements,
    fragments: [],
    namemaps: [],
    attributes: [],
    unknown: [],
  };
}
