import { UserError } from '../model/problem.ts';
import { createForwarding, verdict } from './forwarding.ts';
import type { Graph } from './graph.ts';
import { formatAddress, parseAddress } from './ip4.ts';
import type { RouteTable } from './route-table.ts';

/** One node that a packet comes by. */
export interface Hop {
  readonly node: string;
  /** The interface it came in by; absent at the sender. */
  readonly interface?: string;
  /** The address it came in by: the next hop of the node before, or the destination. */
  readonly address?: string;
}

export interface Path {
  readonly hops: readonly Hop[];
  readonly outcome:
    'delivered' | 'no-route' | 'unreachable' | 'bad-next-hop' | 'not-forwarding' | 'loop' | 'nobody';
}

/**
 * The way of a packet from a node to an address, taken from the tables alone. `nobody`: it came to the
 * network of the address, where no node has it. Throws a UserError where the node or the address makes no sense.
 */
export function path(
  graph: Graph,
  tables: (node: string) => RouteTable | undefined,
  from: string,
  toAddress: string,
): Path {
  const address = parseAddress(toAddress);
  const start = graph.nodes.indexOf(from);
  if (address === undefined) {
    throw new UserError({ code: 'invalid-address', message: `${toAddress} is no IPv4 address` });
  }
  if (start < 0) throw new UserError({ code: 'unknown-node', message: `there is no node called ${from}` });
  const forwarding = createForwarding(graph);
  const empty: RouteTable = {
    count: 0,
    base: new Uint32Array(0),
    length: new Uint8Array(0),
    via: new Uint32Array(0),
  };
  const hops: Hop[] = [{ node: from }];
  const seen = new Set<number>();
  const hopTo = (member: number): Hop => ({
    node: graph.nodes[graph.memberNode[member]!]!,
    interface: graph.members[member]!.interface,
    address: formatAddress(graph.memberAddress[member]!),
  });
  for (let node = start; ;) {
    if (owns(graph, node, address)) return { hops, outcome: 'delivered' };
    if (seen.has(node)) return { hops, outcome: 'loop' };
    if (node !== start && graph.forwards[node] === 0) return { hops, outcome: 'not-forwarding' };
    seen.add(node);
    const next = forwarding(node, tables(graph.nodes[node]!) ?? empty)(address);
    if (next === verdict.deliver) {
      const owner = ownerBeside(graph, node, address);
      return owner === -1
        ? { hops, outcome: 'nobody' }
        : { hops: [...hops, hopTo(owner)], outcome: 'delivered' };
    }
    if (next === verdict.noRoute) return { hops, outcome: 'no-route' };
    if (next === verdict.unreachable) return { hops, outcome: 'unreachable' };
    if (next === verdict.badNextHop) return { hops, outcome: 'bad-next-hop' };
    hops.push(hopTo(next));
    node = graph.memberNode[next]!;
  }
}

function owns(graph: Graph, node: number, address: number): boolean {
  return graph.memberAddress.subarray(graph.nodeStart[node], graph.nodeStart[node + 1]).includes(address);
}

/** The member with that address on a substrate that the node is attached to; -1 for none. */
function ownerBeside(graph: Graph, node: number, address: number): number {
  const own = graph.memberSubstrate.subarray(graph.nodeStart[node], graph.nodeStart[node + 1]);
  return graph.memberAddress.findIndex((other, member) => {
    return other === address && own.includes(graph.memberSubstrate[member]!);
  });
}
