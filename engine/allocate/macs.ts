import type { Problem } from '../model/problem.ts';
import { attribute } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import {
  annotate,
  attachmentKey,
  attachments,
  describeAttachment,
  type AttachmentName,
} from './attachments.ts';

/** Who has which MAC, as plain JSON: the result of one run and the `previous` of the next. */
export type MacPlan = readonly (AttachmentName & { readonly mac: string })[];

export interface MacOptions {
  /** The experiment's id: the same node in two experiments gets two MACs. */
  readonly experiment: string;
  readonly previous?: MacPlan | undefined;
}

export interface MacResult {
  readonly plan: MacPlan;
  /** With `benito:mac_address` on every interface of a computer. */
  readonly topology: Topology;
  readonly problems: readonly Problem[];
}

/**
 * Gives every interface of a computer a MAC, lower case: the author's `benito:mac_address`, else the earlier one, else
 * `02:` and 40 bits of a hash of experiment, node and interface, so that it depends on nothing else. Of two equal
 * hashes the later in document order is hashed again.
 */
export function assignMacs(topology: Topology, { experiment, previous = [] }: MacOptions): MacResult {
  const problems: Problem[] = [];
  const list = attachments(topology);
  const earlier = new Map(previous.map((entry) => [attachmentKey(entry), parseMac(entry.mac)]));
  const owners = new Map<string, AttachmentName>();
  const chosen = list.map((at) => {
    const text = at.first ? attribute(at.port, 'benito:mac_address') : undefined;
    if (text === undefined) return undefined;
    const mac = parseMac(text);
    if (mac === undefined) problems.push(invalid(at, text));
    else if (owners.has(mac)) problems.push(duplicate(mac, owners.get(mac)!, at));
    else owners.set(mac, at);
    return mac;
  });
  const claim = (index: number, mac: string | undefined): void => {
    const at = list[index]!;
    if (mac === undefined || chosen[index] !== undefined || owners.has(mac) || at.owner.type !== 'computer')
      return;
    chosen[index] = mac;
    owners.set(mac, at);
  };
  list.forEach((at, index) => claim(index, earlier.get(at.key)));
  list.forEach((at, index) => {
    const name = [experiment, at.element, at.interface, ...(at.first ? [] : [at.substrate])].join('\n');
    for (let round = 0; chosen[index] === undefined && at.owner.type === 'computer'; round++) {
      claim(index, hashedMac(round === 0 ? name : `${name}\n${round}`));
    }
  });
  const plan = list.flatMap(({ element, interface: port, substrate }, index) =>
    chosen[index] === undefined ? [] : [{ element, interface: port, substrate, mac: chosen[index] }],
  );
  const byKey = new Map(plan.map((entry) => [attachmentKey(entry), entry.mac]));
  const annotated = annotate(topology, (name) => {
    const mac = byKey.get(attachmentKey(name));
    return mac === undefined ? undefined : { 'benito:mac_address': mac };
  });
  return { plan, topology: annotated, problems };
}

/** Lower case with colons; undefined where it is no unicast MAC. Dashes are understood. */
export function parseMac(text: string): string | undefined {
  const mac = text.trim().toLowerCase().replaceAll('-', ':');
  if (!/^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00') return undefined;
  return mac;
}

/** A MAC for a name: 40 bits of cyrb53 (public domain, github.com/bryc/code), behind 02. */
export function hashedMac(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  const first = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  const second = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  const hex = (first >>> 0).toString(16).padStart(8, '0') + (second & 255).toString(16).padStart(2, '0');
  return `02:${hex.match(/../g)!.join(':')}`;
}

function invalid(at: AttachmentName, text: string): Problem {
  return {
    code: 'invalid-mac',
    message: `${describeAttachment(at)}: benito:mac_address ${JSON.stringify(text)} is no unicast MAC address`,
    hint: 'write six hexadecimal bytes whose first is even, such as 02:00:00:00:00:01',
  };
}

function duplicate(mac: string, owner: AttachmentName, at: AttachmentName): Problem {
  return {
    code: 'duplicate-mac',
    message: `${mac} is set on ${describeAttachment(owner)} and on ${describeAttachment(at)}`,
    hint: 'leave benito:mac_address out of one of them',
  };
}
