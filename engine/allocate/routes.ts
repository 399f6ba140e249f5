import { UserError } from '../model/problem.ts';
import type { Graph } from './graph.ts';
import { overlaps, parseSubnet, type Subnet } from './ip4.ts';
import { createSearcher } from './next-hop-sets.ts';
import { buildTrie, type PrefixTrie } from './prefix-trie.ts';
import type { RouteTable } from './route-table.ts';
import { createTableBuilder } from './smallest-table.ts';
import { findOverlaps } from './user-addresses.ts';

export interface RouteOptions {
  /** The nodes wanted, by their number in the graph; all unless said. */
  readonly nodes?: Iterable<number>;
  /** Networks outside the experiment that must stay on the default route, such as the control net. */
  readonly keepOut?: readonly string[];
  /** No covering route is wider than this many bits: 8 unless said. The default route belongs to the control net. */
  readonly widest?: number;
}

/** The routes of one node. */
export interface NodeRoutes {
  readonly node: string;
  readonly table: RouteTable;
}

/**
 * The smallest static tables that take every packet to an assigned subnet by a shortest path (in substrates crossed),
 * one node at a time: nothing is kept between nodes. A covering route may hold unassigned addresses, never a subnet
 * out of reach: that gets an `unreachable` route where it must. Subnets the node is attached to need no route.
 * Throws a UserError naming all substrates whose subnets overlap.
 */
export function* computeRoutes(
  graph: Graph,
  options: RouteOptions = {},
): Generator<NodeRoutes, void, undefined> {
  const problems = findOverlaps(new Map(graph.substrates.map((name, at) => [name, graph.subnets[at]!])));
  if (problems.length > 0) throw new UserError(problems);
  const keepOut = (options.keepOut ?? []).map((text) => {
    const subnet = parseSubnet(text);
    if (!subnet) throw new RangeError(`no IPv4 network: ${text}`);
    return subnet;
  });
  const trie = buildTrie(graph.subnets);
  const { search, mostWords } = createSearcher(graph);
  const build = createTableBuilder(trie, blockedEntries(trie, keepOut, options.widest ?? 8), mostWords);
  for (const node of options.nodes ?? graph.nodes.keys()) {
    yield { node: graph.nodes[node]!, table: build(search(node)) };
  }
}

/** The covering entries that would take more than they may. Leaves, which are subnets in use, never are. */
function blockedEntries(trie: PrefixTrie, keepOut: readonly Subnet[], widest: number): Uint8Array {
  return Uint8Array.from({ length: trie.size }, (_, entry) => {
    if (trie.leaf[entry]! >= 0) return 0;
    const cover = { base: trie.base[entry]!, length: trie.length[entry]! };
    return cover.length < widest || keepOut.some((subnet) => overlaps(cover, subnet)) ? 1 : 0;
  });
}
