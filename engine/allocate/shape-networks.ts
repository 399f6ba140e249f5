import { groupBy } from '../model/group-by.ts';
import type { PlatformFact } from '../model/experiment.ts';
import type { Problem } from '../model/problem.ts';
import { attribute, computers } from '../model/queries.ts';
import type { Leg, NetworkShape, Wire } from '../model/shaping.ts';
import type { Computer, Interface, Topology } from '../model/topology.ts';
import { halfLoss, isPlain, wireOf } from './wires.ts';
import { readAsked } from './shaping-values.ts';
import type { Asked } from './shaping-values.ts';

/** What links are shaped by beside the topology. */
export interface ShapeOptions {
  readonly platforms: readonly PlatformFact[];
  /** Nodes that can shape what they send do so themselves. */
  readonly endNodes: boolean;
  /** Bytes that wait where a rate holds and nothing is said. */
  readonly queue: number;
}

/** What `shapeNetworks` makes of it. */
export interface ShapeResult {
  /** Every substrate with computers on it, in document order. */
  readonly networks: readonly NetworkShape[];
  readonly problems: readonly Problem[];
}

interface Member {
  readonly computer: Computer;
  readonly port: Interface;
}

/**
 * What the links of a wired topology are to do. A network is made of legs, one for each interface. The latency and loss
 * of a link are those between its two ends: each leg has half. The latency of a LAN is that of each leg, as in DETER's own
 * files; its loss is that between two nodes. What an interface says holds for its leg.
 */
export function shapeNetworks(topology: Topology, options: ShapeOptions): ShapeResult {
  const problems: Problem[] = [];
  const members = membersBySubstrate(topology);
  const networks = topology.substrates.flatMap((substrate): NetworkShape[] => {
    const group = members.get(substrate.name) ?? [];
    if (group.length === 0) return [];
    const asked = readAsked(substrate, `the substrate '${substrate.name}'`, problems);
    if (!isPlain(asked.out) || !isPlain(asked.in)) problems.push(oneWay(substrate.name));
    const share = shareOf(asked.both, group.length);
    const legs = group.map((member) => legOf(member, share, options.queue, problems));
    const shaped = legs.some((leg) => !isPlain(leg.out) || !isPlain(leg.in));
    if (!shaped) return [{ substrate: substrate.name, ...whoCould(group, options.platforms), legs }];
    const by = shaperOf(substrate.name, group, options, problems);
    const network = { substrate: substrate.name, by, legs };
    problems.push(...tooLarge(network));
    return [network];
  });
  return { networks, problems };
}

/** VDE's, as Ethernet's: 4095 is reserved. */
const LAST_VLAN = 4094;

/** That a leg is shaped at a switch port for which there is no VLAN. */
export function tooLarge({ substrate, by, legs }: NetworkShape): readonly Problem[] {
  if (by !== 'vde') return [];
  const beyond = legs.find((leg) => leg.port > LAST_VLAN && !(isPlain(leg.out) && isPlain(leg.in)));
  if (!beyond) return [];
  const { node, port } = beyond;
  const problem = {
    code: 'too-large-to-shape',
    message: `the network '${substrate}' is shaped, and '${node}' has port ${port} of its switch: a VLAN for each port goes up to ${LAST_VLAN}`,
    hint: `spread '${substrate}' over several networks, or take capacity, latency and loss away from it`,
  };
  return [problem];
}

/** What each leg of a network with so many members has of what is said of the whole. */
export function shareOf(both: Wire, members: number): Wire {
  const { delay, jitter, loss, duplicate, ...rest } = both;
  const part = members === 2 ? 2 : 1;
  return {
    ...rest,
    ...(delay !== undefined && { delay: delay / part }),
    ...(jitter !== undefined && { jitter: jitter / part }),
    ...(loss !== undefined && { loss: halfLoss(loss) }),
    ...(duplicate !== undefined && { duplicate: halfLoss(duplicate) }),
  };
}

function membersBySubstrate(topology: Topology): ReadonlyMap<string, readonly Member[]> {
  const members = computers(topology).flatMap((computer) =>
    computer.interfaces.map((port) => ({ computer, port })),
  );
  return groupBy(members, ({ port }) => port.substrates[0]!);
}

function oneWay(substrate: string): Problem {
  return {
    code: 'bad-shaping',
    message: `the substrate '${substrate}' has an attribute for one direction (..._out, ..._in)`,
    hint: 'single directions are those of interfaces: write it on one',
  };
}

function legOf({ computer, port }: Member, share: Wire, queue: number, problems: Problem[]): Leg {
  const who = `the interface '${port.name}' of '${computer.name}'`;
  const asked: Asked = readAsked(port, who, problems);
  const wire = (direction: Wire): Wire => wireOf({ queue, ...share, ...asked.both, ...direction });
  return {
    node: computer.name,
    interface: port.name,
    switch: attribute(port, 'benito:vde_switch') ?? '',
    port: Number(attribute(port, 'benito:vde_port')),
    out: wire(asked.out),
    in: wire(asked.in),
  };
}

/** The two ways exclude each other on one network: each node shapes what it sends for the whole way. */
function shaperOf(
  substrate: string,
  group: readonly Member[],
  { platforms, endNodes }: ShapeOptions,
  problems: Problem[],
): NetworkShape['by'] {
  const ways = group.map((member) => {
    const offered = offerOf(member, platforms);
    const bySelf = offered.offers.includes('endnode') && (endNodes || !offered.offers.includes('vde'));
    return { ...offered, way: bySelf ? ('endnode' as const) : ('vde' as const) };
  });
  const unable = ways.filter(({ offers }) => offers.length === 0);
  if (unable.length > 0) {
    const { node, platform } = unable[0]!;
    problems.push({
      code: 'cannot-be-shaped',
      message: `the network '${substrate}' has a capacity, latency or loss, and '${node}' is on it, whose platform ${platform} cannot be shaped`,
      hint: `take them away from '${substrate}', or give '${node}' another platform`,
    });
  }
  const [first] = ways;
  const other = ways.find(({ way }) => way !== first!.way);
  if (!other) return first!.way;
  const self = ways.find(({ way }) => way === 'endnode')!;
  const beside = ways.find(({ way }) => way === 'vde')!;
  problems.push({
    code: 'mixed-shaping',
    message: `the network '${substrate}' cannot be shaped: '${self.node}' (${self.platform}) shapes what it sends itself, '${beside.node}' (${beside.platform}) is shaped at its switch port`,
    hint: self.offers.includes('vde')
      ? `leave out --end-node-shaping, or put an unshaped link between '${self.node}' and '${beside.node}'`
      : `put an unshaped link between '${self.node}' and '${beside.node}'`,
  });
  return 'vde';
}

interface Offer {
  readonly node: string;
  readonly platform: string | undefined;
  readonly offers: PlatformFact['shaping'];
}

function offerOf({ computer }: Member, platforms: readonly PlatformFact[]): Offer {
  const platform = attribute(computer, 'containers:node_type');
  const offers = platforms.find(({ name }) => name === platform)?.shaping ?? ['vde'];
  return { node: computer.name, platform, offers };
}

/** Who could shape a network that is not shaped. */
function whoCould(
  group: readonly Member[],
  platforms: readonly PlatformFact[],
): Pick<NetworkShape, 'by' | 'because'> {
  const offers = group.map((member) => offerOf(member, platforms));
  const unwilling = offers.find((one) => !one.offers.includes('vde'));
  if (!unwilling) return { by: 'vde' };
  if (offers.every((one) => one.offers.includes('endnode'))) return { by: 'endnode' };
  const beside = unwilling.offers.length > 0 ? ' beside others' : '';
  return {
    by: 'none',
    because: `'${unwilling.node}' is on it, whose platform ${unwilling.platform} cannot be shaped${beside}`,
  };
}
