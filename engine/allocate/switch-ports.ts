import type { Problem } from '../model/problem.ts';
import { attribute } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
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
  readonly switches: readonly { readonly substrate: string; readonly ports: number }[];
}

export interface PortResult {
  readonly plan: PortPlan;
  /** With `benito:vde_port` on every interface of a computer. */
  readonly topology: Topology;
  readonly problems: readonly Problem[];
}

/** Far above any LAN, far below what vde_switch would allocate tables for without complaint. */
const highestPort = 65_535;

/**
 * Gives every interface of a computer a port of its substrate's switch: the author's `benito:vde_port`, else the
 * earlier one, else the first free from 1. The switch's size is a power of two, at least 32, with room for growth without
 * a restart; an earlier size stays as long as every port fits.
 */
export function assignPorts(topology: Topology, previous?: PortPlan): PortResult {
  const problems: Problem[] = [];
  const earlier = new Map(previous?.ports.map((entry) => [attachmentKey(entry), entry.port]));
  const earlierSizes = new Map(previous?.switches.map(({ substrate, ports }) => [substrate, ports]));
  const ports: { -readonly [K in keyof PortPlan['ports'][number]]: PortPlan['ports'][number][K] }[] = [];
  const switches: { substrate: string; ports: number }[] = [];
  for (const [substrate, group] of bySubstrate(topology, attachments(topology))) {
    const chosen = choosePorts(
      group.filter((at) => at.owner.type === 'computer'),
      earlier,
      problems,
    );
    for (const [at, port] of chosen)
      ports.push({ element: at.element, interface: at.interface, substrate, port });
    const highest = chosen.reduce((most, [, port]) => Math.max(most, port), 0);
    switches.push({ substrate, ports: switchSize(highest, earlierSizes.get(substrate)) });
  }
  const byKey = new Map(ports.map((entry) => [attachmentKey(entry), entry.port]));
  const annotated = annotate(topology, (name) => {
    const port = byKey.get(attachmentKey(name));
    return port === undefined ? undefined : { 'benito:vde_port': String(port) };
  });
  return { plan: { ports, switches }, topology: annotated, problems };
}

/**
 * What `vde_switch -n` is given: the earlier size if all ports fit, else a power of two with room for more. Beside a port
 * each node may need two more, for a delay element: these are the switch's last ones.
 */
export function switchSize(highest: number, earlier?: number): number {
  if (earlier !== undefined && 3 * highest < earlier) return earlier;
  return Math.max(32, 2 ** Math.ceil(Math.log2(4 * highest + 1)));
}

function choosePorts(
  group: readonly Attachment[],
  earlier: ReadonlyMap<string, number>,
  problems: Problem[],
): readonly (readonly [Attachment, number])[] {
  const owners = new Map<number, Attachment>();
  const chosen = group.map((at) => {
    const text = at.first ? attribute(at.port, 'benito:vde_port') : undefined;
    if (text === undefined) return undefined;
    const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
    const owner = owners.get(port);
    if (port < 1 || port > highestPort) problems.push(invalid(at, text));
    else if (owner) problems.push(clash(port, owner, at));
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
  return group.map((at, index) => [at, chosen[index] ?? 0]);
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
