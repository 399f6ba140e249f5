import type { Graph } from '../allocate/graph.ts';

/** How many parts a topology falls into that nothing connects; nodes without an address are in none. */
export function partsOf({ memberNode, memberSubstrate, nodes, substrates }: Graph): number {
  const parent = Int32Array.from({ length: nodes.length + substrates.length }, (_, index) => index);
  const rootOf = (at: number): number => {
    let root = at;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  memberNode.forEach((node, member) => {
    parent[rootOf(node)] = rootOf(nodes.length + memberSubstrate[member]!);
  });
  return new Set([...memberSubstrate].map((substrate) => rootOf(nodes.length + substrate))).size;
}
