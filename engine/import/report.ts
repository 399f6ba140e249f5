import { groupBy } from '../model/group-by.ts';
import type { GraphNode, ImportNote } from './graph.ts';
import { note } from './note.ts';
import { groupsOf, type Sorted } from './sort-edges.ts';

interface Named {
  readonly machines: readonly GraphNode[];
  readonly sorted: Sorted;
  /** Of a node; the id of what has none. */
  readonly nameOf: (id: string) => string;
  /** As `sorted.lans`. */
  readonly lanNames: readonly string[];
}

/** What the shape of a graph has to tell its owner: what was merged, left apart and left out. */
export function reportOn(graph: Named): { readonly parts: number; readonly notes: readonly ImportNote[] } {
  const { machines, sorted, nameOf } = graph;
  const joined = [
    ...sorted.links.map(({ source, target }) => [source, target]),
    ...sorted.lans.map(({ legs }) => legs.map(({ node }) => node)),
  ];
  const connected = new Set(joined.flat());
  const ids = machines.map(({ id }) => id).filter((id) => connected.has(id));
  const parts = [...groupBy(ids, groupsOf(ids, joined)).values()].sort((a, b) => b.length - a.length);
  const alone = machines.filter(({ id }) => !connected.has(id));
  const apart = parts.length < 2 ? [] : parts.map((part) => `${part.length} with ${nameOf(part[0]!)}`);
  return {
    parts: parts.length,
    notes: [
      ...onLans(graph),
      ...onLinks(graph),
      ...note('parts', 'parts that no link connects, left apart', apart),
      ...note(
        'alone',
        'nodes without any link',
        alone.map(({ id }) => nameOf(id)),
      ),
    ],
  };
}

function onLans({ sorted, nameOf, lanNames }: Named): readonly ImportNote[] {
  const named = sorted.lans.map((lan, index) => ({ lan, ...lan, name: lanNames[index]! }));
  const used = named.filter(({ legs }) => legs.length > 0);
  const merged = used.filter(({ hubs }) => hubs.length > 1);
  const empty = named.filter(({ legs }) => legs.length === 0);
  const nameOfLan = new Map(named.map(({ lan, name }) => [lan, name]));
  return [
    note(
      'lans',
      'hyperedge nodes that became LANs',
      used.map(({ name, legs }) => `${name} of ${legs.length}`),
    ),
    note(
      'merged-hyperedges',
      'hyperedge nodes that links join, merged into one LAN without the delay of these links',
      merged.map(({ name, hubs }) => `${name} of ${hubs.map(({ id }) => id).join(', ')}`),
    ),
    note(
      'empty-hyperedges',
      'hyperedge nodes without a link to a node, left out',
      empty.flatMap(({ hubs }) => hubs.map(({ id }) => id)),
    ),
    note(
      'doubled-legs',
      'further links of a node to a LAN that it is on, merged with the first',
      sorted.doubledLegs.map(({ lan, node }) => `${nameOf(node)} to ${nameOfLan.get(lan)!}`),
    ),
  ].flat();
}

function onLinks({ sorted, nameOf }: Named): readonly ImportNote[] {
  const ends = (ids: readonly string[]): string => ids.map(nameOf).sort().join(' and ');
  const pairs = groupBy(sorted.links, ({ source, target }) => ends([source, target]));
  const parallel = [...pairs].filter(([, { length }]) => length > 1);
  return [
    note(
      'parallel-links',
      'pairs of nodes with several links between them, each a substrate of its own',
      parallel.map(([pair, { length }]) => `${pair} (${length})`),
    ),
    note(
      'loops',
      'links from a node to itself, left out',
      sorted.loops.map(({ source }) => nameOf(source)),
    ),
  ].flat();
}
