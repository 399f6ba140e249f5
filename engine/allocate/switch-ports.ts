import { groupBy } from '../model/group-by.ts';
import type { Problem } from '../model/problem.ts';
import { attribute } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import type { Trunk } from './packing/crossings.ts';
import {
  annotate,
  attachmentKey,
  attachments,
  bySubstrate,
  describeAttachment,
  type Attachment,
  type AttachmentName,
} from './attachments.ts';

/** Who has which port of which switch, as plain JSON: the result of one run and the `previous` of the next. */
export interface PortPlan {
  readonly ports: readonly (AttachmentName & { readonly port: number })[];
  /** `ports` is what `vde_switch -n` is given; it counts port 0, so the highest usable port is one less. */
  readonly switches: readonly {
    readonly substrate: string;
    readonly pnode?: string | undefined;
    readonly ports: number;
  }[];
  /** The port of either end, in the order of its pnodes. */
  readonly trunks: readonly (Trunk & { readonly ports: readonly [number, number] })[];
}

export interface PortResult {
  readonly plan: PortPlan;
  /** With `benito:vde_port` on every interface of a computer. */
  readonly topology: Topology;
  readonly problems: readonly Problem[];
}

/** On which pnodes things are; without it, there is one switch per substrate. */
export interface PortPlaces {
  /** By element. */
  readonly pnodeOf: ReadonlyMap<string, string>;
  readonly trunks: readonly Trunk[];
}

/** Far above any LAN, far below what vde_switch would allocate tables for without complaint. */
const highestPort = 65_535;

/**
 * Gives every interface of a computer, and every end of a trunk, a port of its substrate's switch on its pnode: the author's
 * `benito:vde_port`, else the earlier one, else the first free from 1. The switch's size is a power of two, at least 32,
 * with room for growth without a restart; an earlier size stays as long as every port fits.
 */
export function assignPorts(topology: Topology, previous?: PortPlan, places?: PortPlaces): PortResult {
  const problems: Problem[] = [];
  const earlier = earlierOf(previous);
  const sizes = new Map(previous?.switches.map((one) => [switchKey(one), one.ports]));
  const ports = new Map<string, number>();
  const switches: PortPlan['switches'][number][] = [];
  const trunksOf = groupBy(places?.trunks ?? [], ({ substrate }) => substrate);
  const plugs: (AttachmentName & { readonly port: number })[] = [];
  for (const [substrate, all] of bySubstrate(topology, attachments(topology))) {
    const group = all.filter((at) => at.owner.type === 'computer');
    const pnodes = new Set(group.map(({ element }) => places?.pnodeOf.get(element)));
    for (const pnode of pnodes.size > 0 ? pnodes : [undefined]) {
      const members = group.filter(({ element }) => places?.pnodeOf.get(element) === pnode);
      const ends = (trunksOf.get(substrate) ?? []).flatMap((trunk) =>
        trunk.pnodes.filter((one) => one === pnode).map((one) => trunkKey(trunk, one)),
      );
      const chosen = choosePorts([...members, ...ends.map((key) => ({ key }))], earlier, problems);
      for (const [key, port] of chosen) ports.set(key, port);
      plugs.push(
        ...members.map(({ element, interface: name, key }) => ({
          element,
          interface: name,
          substrate,
          port: ports.get(key)!,
        })),
      );
      const highest = Math.max(0, ...chosen.map(([, port]) => port));
      const size = switchSize(highest, sizes.get(switchKey({ substrate, pnode })));
      switches.push({ substrate, ...(pnode !== undefined && { pnode }), ports: size });
    }
  }
  const annotated = annotate(topology, (name) => {
    const port = ports.get(attachmentKey(name));
    return port === undefined ? undefined : { 'benito:vde_port': String(port) };
  });
  const trunks = (places?.trunks ?? []).map((trunk) => {
    const [a, b] = trunk.pnodes.map((pnode) => ports.get(trunkKey(trunk, pnode))!);
    return { ...trunk, ports: [a!, b!] as const };
  });
  return { plan: { ports: plugs, switches, trunks }, topology: annotated, problems };
}

/** The port of everything that had one, by key. */
function earlierOf(previous: PortPlan | undefined): ReadonlyMap<string, number> {
  const trunks = previous?.trunks.flatMap((trunk) =>
    trunk.pnodes.map((pnode, at) => [trunkKey(trunk, pnode), trunk.ports[at]!] as const),
  );
  return new Map([
    ...(previous?.ports.map((entry) => [attachmentKey(entry), entry.port] as const) ?? []),
    ...(trunks ?? []),
  ]);
}

function switchKey({ substrate, pnode }: { substrate: string; pnode?: string | undefined }): string {
  return `${substrate}\n${pnode ?? ''}`;
}

/** One end of a trunk; no attachment has such a key. */
function trunkKey({ substrate, pnodes }: Trunk, end: string): string {
  return `trunk\n${substrate}\n${[...pnodes].sort().join('\n')}\n${end}`;
}

/**
 * What `vde_switch -n` is given: the earlier size if all ports fit, else a power of two with room for more. Beside a port
 * each node may need two more, for a delay element: these are the switch's last ones.
 */
export function switchSize(highest: number, earlier?: number): number {
  if (earlier !== undefined && 3 * highest < earlier) return earlier;
  return Math.max(32, 2 ** Math.ceil(Math.log2(4 * highest + 1)));
}

/** Who wants a port: an attachment, or a trunk's end, which has only its key. */
type Plug = Attachment | { readonly key: string };

function choosePorts(
  group: readonly Plug[],
  earlier: ReadonlyMap<string, number>,
  problems: Problem[],
): readonly (readonly [string, number])[] {
  const owners = new Map<number, Plug>();
  const chosen = group.map((at) => {
    const text = 'owner' in at && at.first ? attribute(at.port, 'benito:vde_port') : undefined;
    if (text === undefined || !('owner' in at)) return undefined;
    const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
    const owner = owners.get(port);
    if (port < 1 || port > highestPort) problems.push(invalid(at, text));
    else if (owner) problems.push(clash(port, owner as Attachment, at));
    else owners.set(port, at);
    return port;
  });
  const claim = (index: number, port: number): void => {
    chosen[index] = port;
    owners.set(port, group[index]!);
  };
  for (const [index, at] of group.entries()) {
    const port = earlier.get(at.key);
    if (chosen[index] === undefined && port !== undefined && port >= 1 && !owners.has(port))
      claim(index, port);
  }
  let free = 1;
  for (const index of group.keys()) {
    if (chosen[index] !== undefined) continue;
    while (owners.has(free)) free++;
    claim(index, free);
  }
  return group.map(({ key }, index) => [key, chosen[index] ?? 0]);
}

function invalid(at: AttachmentName, text: string): Problem {
  return {
    code: 'invalid-port',
    message: `${describeAttachment(at)}: benito:vde_port ${JSON.stringify(text)} is no port number`,
    hint: `write a whole number from 1 to ${highestPort}, or leave the attribute out`,
  };
}

function clash(port: number, owner: AttachmentName, at: AttachmentName): Problem {
  return {
    code: 'duplicate-port',
    message: `port ${port} is set on ${describeAttachment(owner)} and on ${describeAttachment(at)}`,
    hint: 'leave benito:vde_port out of one of them',
  };
}
