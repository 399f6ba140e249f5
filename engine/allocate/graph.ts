import { attribute, computers } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import { parseAddress, parseMask, subnetOf, type Subnet } from './ip4.ts';

/**
 * The experiment at layer 3. Members (an addressed interface of a computer) are numbered so that those of one node
 * follow each other: node v has members `nodeStart[v]` to `nodeStart[v + 1]`, in document order.
 */
export interface Graph {
  /** Computers, in document order. */
  readonly nodes: readonly string[];
  /** Substrates with at least one member, in document order. */
  readonly substrates: readonly string[];
  /** Per substrate, that of its first member. */
  readonly subnets: readonly Subnet[];
  readonly members: readonly Member[];
  readonly nodeStart: Int32Array;
  readonly memberNode: Int32Array;
  readonly memberSubstrate: Int32Array;
  readonly memberAddress: Uint32Array;
  /** Substrate s has the members `substrateMembers[substrateStart[s]]` to `[substrateStart[s + 1]]` (excluded). */
  readonly substrateStart: Int32Array;
  readonly substrateMembers: Int32Array;
  /** 1 where a node has two members or more: only such a node forwards. */
  readonly forwards: Uint8Array;
}

/** An addressed interface, with what else is to be checked about it. */
export interface Member {
  readonly interface: string;
  /** Bits of its netmask. */
  readonly prefix: number;
  readonly mac: string | undefined;
  readonly port: string | undefined;
  /** A substrate has one on every pnode that it is on. */
  readonly switch: string | undefined;
}

/**
 * The graph of a topology whose interfaces carry `ip4_address` and `ip4_netmask` (24 bits where there is none).
 * Interfaces without a valid address, and what is not a computer, are left out. An interface on several substrates
 * counts on the first.
 */
export function buildGraph(topology: Topology): Graph {
  const list = computers(topology);
  const declared = new Set(topology.substrates.map(({ name }) => name));
  const found = list.flatMap((computer, node) =>
    computer.interfaces.flatMap((port) => {
      const [substrate] = port.substrates;
      const address = parseAddress(attribute(port, 'ip4_address') ?? '');
      if (substrate === undefined || !declared.has(substrate) || address === undefined) return [];
      const member: Member = {
        interface: port.name,
        prefix: parseMask(attribute(port, 'ip4_netmask') ?? '') ?? 24,
        mac: attribute(port, 'benito:mac_address')?.toLowerCase(),
        port: attribute(port, 'benito:vde_port'),
        switch: attribute(port, 'benito:vde_switch'),
      };
      return [{ node, substrate, address, member }];
    }),
  );
  const used = new Set(found.map(({ substrate }) => substrate));
  const substrates = [...declared].filter((name) => used.has(name));
  const index = new Map(substrates.map((name, position) => [name, position]));
  const memberNode = Int32Array.from(found, ({ node }) => node);
  const memberSubstrate = Int32Array.from(found, ({ substrate }) => index.get(substrate)!);
  const subnets: Subnet[] = [];
  found.forEach(({ address, member }, at) => {
    subnets[memberSubstrate[at]!] ??= subnetOf(address, member.prefix);
  });
  const nodeStart = starts(memberNode, list.length);
  return {
    nodes: list.map(({ name }) => name),
    substrates,
    subnets,
    members: found.map(({ member }) => member),
    nodeStart,
    memberNode,
    memberSubstrate,
    memberAddress: Uint32Array.from(found, ({ address }) => address),
    ...invert(memberSubstrate, substrates.length),
    forwards: Uint8Array.from(list, (_, node) => (nodeStart[node + 1]! - nodeStart[node]! > 1 ? 1 : 0)),
  };
}

function starts(group: Int32Array, groups: number): Int32Array {
  const result = new Int32Array(groups + 1);
  for (const value of group) result[value + 1]!++;
  for (let at = 0; at < groups; at++) result[at + 1]! += result[at]!;
  return result;
}

function invert(group: Int32Array, groups: number): Pick<Graph, 'substrateStart' | 'substrateMembers'> {
  const substrateStart = starts(group, groups);
  const fill = substrateStart.slice();
  const substrateMembers = new Int32Array(group.length);
  group.forEach((value, member) => {
    substrateMembers[fill[value]!++] = member;
  });
  return { substrateStart, substrateMembers };
}
