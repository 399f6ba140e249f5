import type { Problem } from '../model/problem.ts';
import { verdict } from './forwarding.ts';
import type { Graph } from './graph.ts';
import { formatAddress } from './ip4.ts';
import { ending } from './walk.ts';

/** Collects what is wrong with ways: one Problem per kind and destination, so many per kind, the others counted. */
export interface Findings {
  add(code: Code, from: number, address: number, next: Int32Array, others: number): void;
  list(): readonly Problem[];
}

export type Code = keyof typeof sentences;

const sentences = {
  'no-route': 'ends where there is no route',
  'unreachable-route': 'ends at an `unreachable` route, though there is a way',
  'bad-next-hop': 'ends where the next hop is no address of a neighbour',
  'not-forwarding': 'ends at a node with one interface, which does not forward',
  'routing-loop': 'goes round',
  'nobody-there': 'comes to a network that holds the address, but not to its substrate',
  detour: 'is not a shortest way',
  captured: 'is taken by a route, though there is no way',
} as const;

/** The code of an ending. */
export function codeOf(end: number): Code {
  if (end === ending.noRoute) return 'no-route';
  if (end === ending.unreachable) return 'unreachable-route';
  if (end === ending.badNextHop) return 'bad-next-hop';
  if (end === ending.notForwarding) return 'not-forwarding';
  if (end === ending.nobody) return 'nobody-there';
  return end === ending.loop ? 'routing-loop' : 'detour';
}

/** An empty collection. */
export function createFindings(graph: Graph, limit: number): Findings {
  const found = new Map<Code, Problem[]>();
  const counts = new Map<Code, number>();
  return {
    add(code, from, address, next, others) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
      const told = found.get(code) ?? [];
      found.set(code, told);
      if (told.length >= limit) return;
      const rest = others > 0 ? ` (and from ${others} other nodes)` : '';
      const way = describeWay(graph, from, next);
      const to = formatAddress(address);
      told.push({
        code,
        message: `the way from ${graph.nodes[from]} to ${to} ${sentences[code]}: ${way}${rest}`,
      });
    },
    list() {
      return [...found].flatMap(([code, told]) => {
        const more = counts.get(code)! - told.length;
        return more > 0
          ? [...told, { code, message: `${more} more destinations: the way ${sentences[code]}` }]
          : told;
      });
    },
  };
}

/** `a -> b (eth0, 10.0.0.2) -> ...`: each node with the interface and address it is entered by; ends at a repetition. */
function describeWay(graph: Graph, from: number, next: Int32Array): string {
  const parts = [graph.nodes[from]!];
  const seen = new Set<number>();
  for (let node = from; !seen.has(node);) {
    seen.add(node);
    const member = next[node]!;
    if (member < 0) {
      if (member === verdict.deliver) parts.push('delivered');
      break;
    }
    node = graph.memberNode[member]!;
    const address = formatAddress(graph.memberAddress[member]!);
    parts.push(`${graph.nodes[node]} (${graph.members[member]!.interface}, ${address})`);
  }
  return parts.join(' -> ');
}
