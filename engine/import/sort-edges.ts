import type { GraphEdge, GraphNode, ImportedGraph } from './graph.ts';

/** What the edges of a graph come to. */
export interface Sorted {
  /** Between two nodes that are different machines, in the order of the file. */
  readonly links: readonly GraphEdge[];
  /** What hubs come to: those that edges join are one. In the order of their first hub. */
  readonly lans: readonly Lan[];
  /** From a node to itself. */
  readonly loops: readonly GraphEdge[];
  /** Further legs of a node that is on the LAN already. */
  readonly doubledLegs: readonly { readonly lan: Lan; readonly node: string }[];
}

export interface Lan {
  readonly hubs: readonly GraphNode[];
  readonly legs: readonly Leg[];
}

/** A node's way to a LAN, with the edge of the file that it is. */
export interface Leg {
  readonly node: string;
  readonly edge: GraphEdge;
}

/** Tells links from legs of LANs, and both from what leads nowhere. Every edge between different ends is kept once. */
export function sortEdges({ nodes, edges }: ImportedGraph): Sorted {
  const hubs = new Map(nodes.filter(({ hub }) => hub).map((node) => [node.id, node]));
  const groups = joinedHubs(hubs, edges);
  const lans = new Map<string, { hubs: GraphNode[]; legs: Leg[]; on: Set<string> }>();
  for (const hub of hubs.values()) {
    const group = groups(hub.id);
    const lan = lans.get(group);
    if (lan) lan.hubs.push(hub);
    else lans.set(group, { hubs: [hub], legs: [], on: new Set() });
  }
  const links: GraphEdge[] = [];
  const loops: GraphEdge[] = [];
  const doubledLegs: { lan: Lan; node: string }[] = [];
  for (const edge of edges) {
    const { source, target } = edge;
    const [atSource, atTarget] = [hubs.has(source), hubs.has(target)];
    if (source === target) loops.push(edge);
    else if (atSource && atTarget) continue;
    else if (!atSource && !atTarget) links.push(edge);
    else {
      const lan = lans.get(groups(atSource ? source : target))!;
      const node = atSource ? target : source;
      if (lan.on.has(node)) doubledLegs.push({ lan, node });
      else lan.legs.push({ node, edge });
      lan.on.add(node);
    }
  }
  return { links, lans: [...lans.values()], loops, doubledLegs };
}

/** For each hub one of those that it is joined with, the same for all of them. */
function joinedHubs(
  hubs: ReadonlyMap<string, GraphNode>,
  edges: readonly GraphEdge[],
): (id: string) => string {
  const inner = edges.filter(({ source, target }) => hubs.has(source) && hubs.has(target));
  return groupsOf(
    hubs.keys(),
    inner.map(({ source, target }) => [source, target]),
  );
}

/** Which group a member is in, where each of `sets` joins its members: named by the first member of the group. */
export function groupsOf(
  members: Iterable<string>,
  sets: Iterable<readonly string[]>,
): (member: string) => string {
  const order = new Map([...members].map((member, index) => [member, index]));
  const above = new Map<string, string>();
  const top = (member: string): string => {
    let at = member;
    for (let next = above.get(at); next !== undefined; next = above.get(at)) {
      const further = above.get(next);
      if (further !== undefined) above.set(at, further);
      at = next;
    }
    return at;
  };
  for (const [first, ...others] of sets) {
    for (const other of others) {
      const [one, two] = [top(first!), top(other)];
      if (one === two) continue;
      if (order.get(one)! < order.get(two)!) above.set(two, one);
      else above.set(one, two);
    }
  }
  return top;
}
