import type { Crossing, SwitchFact } from '../model/experiment.ts';
import { attribute } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import type { AddressPlan } from './addresses.ts';
import { attachments } from './attachments.ts';
import { formatSubnet, parseAddress, parseMask, subnetOf } from './ip4.ts';
import type { MacPlan } from './macs.ts';
import type { PortPlan } from './switch-ports.ts';

/** The addresses that an earlier run's final topology holds, as `previous` of the next. */
export function earlierAddresses(topology: Topology): AddressPlan {
  const subnets = new Map<string, string>();
  const addresses: { element: string; interface: string; substrate: string; address: string }[] = [];
  for (const { element, interface: name, substrate, port } of attachments(topology)) {
    const address = attribute(port, 'ip4_address');
    const base = parseAddress(address ?? '');
    const length = parseMask(attribute(port, 'ip4_netmask') ?? '');
    if (address === undefined || base === undefined || length === undefined) continue;
    addresses.push({ element, interface: name, substrate, address });
    subnets.set(substrate, formatSubnet(subnetOf(base, length)));
  }
  return { addresses, subnets: [...subnets].map(([substrate, subnet]) => ({ substrate, subnet })) };
}

/** The MACs that an earlier run's final topology holds. */
export function earlierMacs(topology: Topology): MacPlan {
  return attachments(topology).flatMap(({ element, interface: name, substrate, port }) => {
    const mac = attribute(port, 'benito:mac_address');
    return mac === undefined ? [] : [{ element, interface: name, substrate, mac }];
  });
}

/** The switch ports that an earlier run's final topology holds, the sizes of its switches, and the ports of its trunks. */
export function earlierPorts(
  topology: Topology,
  switches: readonly SwitchFact[],
  crossings: readonly Crossing[] = [],
): PortPlan {
  const ports = attachments(topology).flatMap(({ element, interface: name, substrate, port }) => {
    const number = attribute(port, 'benito:vde_port');
    return number === undefined ? [] : [{ element, interface: name, substrate, port: Number(number) }];
  });
  return {
    ports,
    switches: switches.map(({ substrate, pnode, ports: count }) => ({ substrate, pnode, ports: count })),
    trunks: crossings.flatMap(({ substrate, trunks }) =>
      trunks.map(([a, b]) => ({ substrate, pnodes: [a.pnode, b.pnode], ports: [a.port, b.port] }) as const),
    ),
  };
}
