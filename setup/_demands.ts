import { attribute, costOf } from 'benito-pipeline';
import type { Computer, Demand, PlatformFact, Settings, Topology } from 'benito-pipeline';

/** What every partition takes of a pnode. */
export function demandsOf(
  topology: Topology,
  groups: ReadonlyMap<string, readonly Computer[]>,
  { settings, platforms }: { readonly settings: Settings; readonly platforms: readonly PlatformFact[] },
): readonly Demand[] {
  const leading = leadingOut(topology, groups);
  return [...groups].map(([partition, nodes]): Demand => {
    const sum = (what: 'memory' | 'cores'): number =>
      nodes.reduce((total, node) => {
        const platform = platformOf(node, platforms);
        const known = {
          costs: platform?.resources ?? {},
          settings: settings.platforms[platform?.name ?? ''] ?? {},
        };
        return total + costOf(what, node, known);
      }, 0);
    return {
      partition,
      nodes: nodes.length,
      memory: sum('memory'),
      cores: sum('cores'),
      interfaces: leading.get(partition) ?? 0,
      platforms: [...new Set(nodes.map((node) => attribute(node, 'containers:node_type')!))].sort(),
    };
  });
}

function platformOf(node: Computer, platforms: readonly PlatformFact[]): PlatformFact | undefined {
  const type = attribute(node, 'containers:node_type');
  return platforms.find(({ name }) => name === type);
}

/** How many substrates lead out of each partition. */
function leadingOut(
  topology: Topology,
  groups: ReadonlyMap<string, readonly Computer[]>,
): ReadonlyMap<string, number> {
  const on = new Map<string, Set<string>>();
  for (const [partition, nodes] of groups) {
    for (const substrate of nodes.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ substrates }) => substrates),
    )) {
      const known = on.get(substrate);
      if (known) known.add(partition);
      else on.set(substrate, new Set([partition]));
    }
  }
  const count = new Map<string, number>();
  for (const { name } of topology.substrates) {
    const partitions = on.get(name);
    if (!partitions || partitions.size < 2) continue;
    for (const one of partitions) count.set(one, (count.get(one) ?? 0) + 1);
  }
  return count;
}
