import type { Problem } from '../model/problem.ts';
import type { Graph } from './graph.ts';
import { formatAddress, formatSubnet, subnetOf } from './ip4.ts';
import { findOverlaps } from './user-addresses.ts';

/**
 * What is wrong before any packet moves: an address or MAC used twice, two interfaces on one switch port, members of a
 * substrate with different netmasks or in different subnets, subnets that overlap.
 */
export function checkWiring(graph: Graph): readonly Problem[] {
  const { members, memberAddress, memberSubstrate, substrates, subnets } = graph;
  const numbers = [...members.keys()];
  const where = (member: number): string => describeMember(graph, member);
  const twice = (
    code: string,
    what: string,
    key: (member: number) => string | undefined,
    within: (member: number) => string | undefined = () => undefined,
  ): readonly Problem[] => {
    const owners = new Map<string, number>();
    return numbers.flatMap((member) => {
      const value = key(member);
      if (value === undefined) return [];
      const whole = `${value}\n${within(member) ?? ''}`;
      const owner = owners.get(whole);
      if (owner === undefined) owners.set(whole, member);
      return owner === undefined
        ? []
        : [{ code, message: `${what} ${value} is used by ${where(owner)} and by ${where(member)}` }];
    });
  };
  const misfits = numbers.flatMap((member) => {
    const subnet = subnets[memberSubstrate[member]!]!;
    const own = subnetOf(memberAddress[member]!, members[member]!.prefix);
    if (own.base === subnet.base && own.length === subnet.length) return [];
    const code = own.length === subnet.length ? 'subnet-mismatch' : 'netmask-mismatch';
    return [
      {
        code,
        message: `${where(member)} is in ${formatSubnet(own)}, its substrate is ${formatSubnet(subnet)}`,
      },
    ];
  });
  return [
    ...twice('duplicate-address', 'address', (member) => formatAddress(memberAddress[member]!)),
    ...twice('duplicate-mac', 'MAC', (member) => members[member]!.mac),
    ...twice(
      'duplicate-port',
      'port',
      (member) => {
        const port = members[member]!.port;
        return port === undefined ? undefined : `${port} of ${substrates[memberSubstrate[member]!]}`;
      },
      (member) => members[member]!.switch,
    ),
    ...misfits,
    ...findOverlaps(new Map(substrates.map((name, at) => [name, subnets[at]!]))),
  ];
}

/** `node/interface on substrate`. */
export function describeMember(graph: Graph, member: number): string {
  const node = graph.nodes[graph.memberNode[member]!];
  return `${node}/${graph.members[member]!.interface} on ${graph.substrates[graph.memberSubstrate[member]!]}`;
}
