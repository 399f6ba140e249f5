import type { Problem } from '../model/problem.ts';
import { codeOf, createFindings, type Code, type Findings } from './findings.ts';
import { createForwarding } from './forwarding.ts';
import type { Graph } from './graph.ts';
import { lastOf } from './ip4.ts';
import type { RouteTable } from './route-table.ts';
import type { NodeRoutes } from './routes.ts';
import { distancesTo, walkAll, type Goal } from './walk.ts';
import { checkWiring } from './wiring.ts';

export interface ReachabilityOptions {
  /**
   * Check at most this many substrates as destinations, evenly spread over the document: 2000 unless said, which keeps
   * the work of a graph of 10,000 nodes within a minute. `checked` tells whether that was all of them.
   */
  readonly sample?: number;
  /** Tell at most this many findings of a kind one by one: 10 unless said; the others are counted. */
  readonly limit?: number;
}

export interface ReachabilityResult {
  readonly problems: readonly Problem[];
  readonly checked: {
    readonly substrates: number;
    readonly ofSubstrates: number;
    /** Pairs of a node and an assigned address of its component that packets reach on a shortest path. */
    readonly pairs: number;
  };
}

/**
 * Follows packets from every node to every assigned address, by the tables alone, and tells what goes wrong with an
 * example of its way: black holes, loops, detours, `unreachable` routes to what can be reached, routes to what cannot.
 * A way is right if it comes to a node attached to the address's substrate over as few substrates as possible;
 * addresses of one subnet are told apart only where some route does. Includes `checkWiring`. Tables are read once,
 * in any order; a node without one has no routes. A name that is no node's is a Problem.
 */
export function checkReachability(
  graph: Graph,
  tables: Iterable<NodeRoutes>,
  options: ReachabilityOptions = {},
): ReachabilityResult {
  const wanted = spreadEvenly(graph.substrates.length, options.sample ?? 2000);
  const decisions = readTables(graph, tables, wanted);
  const findings = createFindings(graph, options.limit ?? 10);
  let pairs = 0;
  wanted.forEach((substrate, at) => {
    const distances = distancesTo(graph, substrate);
    const common = decisions.rows.subarray(at * graph.nodes.length, (at + 1) * graph.nodes.length);
    const members = membersOf(graph, substrate);
    const ordinary = members.filter((member) => !decisions.exceptions.has(member));
    const judge = (member: number, next: Int32Array, owner: number | undefined): number =>
      judgeWays(graph, findings, {
        next,
        distances,
        address: graph.memberAddress[member]!,
        goal: { substrate, owner },
      });
    if (ordinary.length > 0) pairs += judge(ordinary[0]!, common, undefined) * ordinary.length;
    for (const member of members) {
      const exceptions = decisions.exceptions.get(member);
      if (!exceptions) continue;
      const next = common.slice();
      for (const [node, decision] of exceptions) next[node] = decision;
      pairs += judge(member, next, graph.memberNode[member]);
    }
  });
  return {
    problems: [...checkWiring(graph), ...decisions.problems, ...findings.list()],
    checked: { substrates: wanted.length, ofSubstrates: graph.substrates.length, pairs },
  };
}

interface Decisions {
  /** Per wanted substrate a row with each node's decision on its first member's address. */
  readonly rows: Int32Array;
  /** Members whose address some route tells apart from its subnet: what these nodes decide on it. */
  readonly exceptions: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly problems: readonly Problem[];
}

function readTables(graph: Graph, tables: Iterable<NodeRoutes>, wanted: readonly number[]): Decisions {
  const nodeCount = graph.nodes.length;
  const rows = new Int32Array(nodeCount * wanted.length);
  const exceptions = new Map<number, Map<number, number>>();
  const problems: Problem[] = [];
  const forwarding = createForwarding(graph);
  const unread = new Map(graph.nodes.map((name, node) => [name, node]));
  const sorted = wanted.toSorted((a, b) => graph.subnets[a]!.base - graph.subnets[b]!.base);
  const bases = Uint32Array.from(sorted, (substrate) => graph.subnets[substrate]!.base);
  const first = wanted.map((substrate) => graph.memberAddress[membersOf(graph, substrate)[0]!]!);
  const read = (node: number, table: RouteTable): void => {
    const decide = forwarding(node, table);
    for (let at = 0; at < wanted.length; at++) rows[at * nodeCount + node] = decide(first[at]!);
    for (const substrate of narrowed(graph, table, sorted, bases)) {
      for (const member of membersOf(graph, substrate)) {
        const own = exceptions.get(member) ?? new Map<number, number>();
        exceptions.set(member, own.set(node, decide(graph.memberAddress[member]!)));
      }
    }
  };
  for (const { node, table } of tables) {
    const number = unread.get(node);
    unread.delete(node);
    if (number !== undefined) read(number, table);
    else
      problems.push({
        code: 'unknown-node',
        message: `there are routes for ${node}, which is no node or was read`,
      });
  }
  const none = { count: 0, base: new Uint32Array(0), length: new Uint8Array(0), via: new Uint32Array(0) };
  for (const node of unread.values()) read(node, none);
  return { rows, exceptions, problems };
}

/** The substrates of which a route of this table holds a part only. */
function narrowed(
  graph: Graph,
  table: RouteTable,
  sorted: readonly number[],
  bases: Uint32Array,
): ReadonlySet<number> {
  const found = new Set<number>();
  let at = 0;
  for (let route = 0; route < table.count; route++) {
    while (at + 1 < bases.length && bases[at + 1]! <= table.base[route]!) at++;
    const substrate = sorted[at];
    if (substrate === undefined) continue;
    const subnet = graph.subnets[substrate]!;
    const inside = table.base[route]! >= subnet.base && table.base[route]! <= lastOf(subnet);
    if (inside && table.length[route]! > subnet.length) found.add(substrate);
  }
  return found;
}

interface Ways {
  readonly next: Int32Array;
  readonly distances: Int32Array;
  readonly address: number;
  readonly goal: Goal;
}

/** Tells one finding per kind; returns how many nodes have a right way. */
function judgeWays(graph: Graph, findings: Findings, { next, distances, address, goal }: Ways): number {
  const crossed = walkAll(graph, next, goal, distances);
  const wrong = new Map<Code, number[]>();
  let right = 0;
  crossed.forEach((result, node) => {
    const distance = distances[node]!;
    if (distance >= 0 && result === distance) right++;
    else if (distance >= 0 || next[node]! >= 0) {
      const code = distance < 0 ? 'captured' : codeOf(result);
      const nodes = wrong.get(code);
      if (nodes) nodes.push(node);
      else wrong.set(code, [node]);
    }
  });
  for (const [code, nodes] of wrong) findings.add(code, nodes[0]!, address, next, nodes.length - 1);
  return right;
}

function membersOf(graph: Graph, substrate: number): readonly number[] {
  const { substrateStart, substrateMembers } = graph;
  return [...substrateMembers.subarray(substrateStart[substrate], substrateStart[substrate + 1])];
}

function spreadEvenly(count: number, sample: number): readonly number[] {
  const wanted = Math.min(count, sample);
  return Array.from({ length: wanted }, (_, at) => Math.floor((at * count) / wanted));
}
