import type { Graph } from './graph.ts';
import { maskOf } from './ip4.ts';
import { createLookup } from './lookup.ts';
import type { RouteTable } from './route-table.ts';

/** What a node does with a packet that it does not hand to a neighbour. Neighbours are member numbers, from 0. */
export const verdict = { deliver: -1, noRoute: -2, unreachable: -3, badNextHop: -4 } as const;

/** Where a node sends a packet: a member number, or a verdict. */
export type Decide = (address: number) => number;

/**
 * Prepares a node's decisions, as a Linux kernel takes them: its own addresses, then the longest prefix among
 * its routes and its connected networks (connected first where equal). A next hop must be the address of another node
 * on a network that this node is attached to.
 */
export function createForwarding(graph: Graph): (node: number, table: RouteTable) => Decide {
  const { nodeStart, memberNode, memberSubstrate, memberAddress, members } = graph;
  const onSubstrate = (member: number, address: number): number =>
    memberSubstrate[member]! * 2 ** 32 + address;
  const neighbours = new Map<number, number>();
  memberAddress.forEach((address, member) => {
    const key = onSubstrate(member, address);
    if (!neighbours.has(key)) neighbours.set(key, member);
  });
  return (node, table) => {
    const first = nodeStart[node]!;
    const end = nodeStart[node + 1]!;
    const lookup = createLookup(table);
    const hops = new Map<number, number>();
    const connected = (member: number, address: number): boolean =>
      ((address ^ memberAddress[member]!) & maskOf(members[member]!.prefix)) === 0;
    const resolve = (via: number): number => {
      for (let member = first; member < end; member++) {
        const next = connected(member, via) ? neighbours.get(onSubstrate(member, via)) : undefined;
        if (next !== undefined && memberNode[next] !== node) return next;
      }
      return verdict.badNextHop;
    };
    return (address) => {
      let attached = -1;
      for (let member = first; member < end; member++) {
        if (memberAddress[member] === address) return verdict.deliver;
        if (connected(member, address)) attached = Math.max(attached, members[member]!.prefix);
      }
      const route = lookup(address);
      if (attached >= 0 && (route < 0 || table.length[route]! <= attached)) return verdict.deliver;
      if (route < 0) return verdict.noRoute;
      const via = table.via[route]!;
      if (via === 0) return verdict.unreachable;
      const known = hops.get(via) ?? resolve(via);
      hops.set(via, known);
      return known;
    };
  };
}
