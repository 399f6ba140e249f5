import type { Problem } from '../model/problem.ts';
import type { Topology } from '../model/topology.ts';
import {
  annotate,
  attachmentKey,
  attachments,
  bySubstrate,
  type Attachment,
  type AttachmentName,
} from './attachments.ts';
import {
  formatAddress,
  formatSubnet,
  isHost,
  maskOf,
  overlaps,
  parseAddress,
  parseSubnet,
  type Subnet,
} from './ip4.ts';
import { chooseSubnets } from './subnets.ts';
import { readUserAddresses, type UserAddresses } from './user-addresses.ts';

/** Who has which address, as plain JSON: the result of one run and the `previous` of the next. */
export interface AddressPlan {
  readonly subnets: readonly { readonly substrate: string; readonly subnet: string }[];
  readonly addresses: readonly (AttachmentName & { readonly address: string })[];
}

export interface AddressOptions {
  /** Where automatic subnets come from: `10.0.0.0/8` unless said. */
  readonly space?: string;
  /** Networks that no substrate may use, such as the control net. */
  readonly reserved?: readonly string[];
  readonly previous?: AddressPlan | undefined;
}

export interface AddressResult {
  readonly plan: AddressPlan;
  /** With `ip4_address` and `ip4_netmask` on every interface that has an address. */
  readonly topology: Topology;
  /** All of them; where there is one, plan and topology are incomplete. */
  readonly problems: readonly Problem[];
}

/**
 * Gives every interface of a computer an address. What the author wrote comes first, then what the previous run gave,
 * then the first free /24 of the space (wider where needed), hosts from .1 in document order. A substrate that
 * outgrows its subnet is widened in place if the neighbouring blocks are free and is renumbered, alone, if not.
 */
export function assignAddresses(topology: Topology, options: AddressOptions = {}): AddressResult {
  const problems: Problem[] = [];
  const space = readSubnet(options.space ?? '10.0.0.0/8', problems) ?? { base: 10 * 2 ** 24, length: 8 };
  const reserved = (options.reserved ?? []).flatMap((text) => readSubnet(text, problems) ?? []);
  const groups = bySubstrate(topology, attachments(topology));
  const earlier = new Map(
    (options.previous?.subnets ?? []).flatMap(({ substrate, subnet }) => {
      const parsed = parseSubnet(subnet);
      return parsed ? [[substrate, parsed] as const] : [];
    }),
  );
  const earlierHosts = new Map(
    (options.previous?.addresses ?? []).map((lease) => [attachmentKey(lease), parseAddress(lease.address)]),
  );
  const before = new Set(earlierHosts.values());
  const user = readUserAddresses(groups, earlier);
  problems.push(...user.problems, ...inReserved(user, reserved));

  const subnets = chooseSubnets({ groups, user, earlier, reserved, space, problems });
  const addresses: { -readonly [K in keyof AddressPlan['addresses'][number]]: string }[] = [];
  for (const [substrate, group] of groups) {
    const subnet = subnets.get(substrate);
    if (!subnet) continue;
    const hosts = chooseHosts(group, subnet, user, earlierHosts, before);
    if (!hosts) problems.push(full(substrate, subnet, group.length));
    for (const [at, address] of hosts ?? []) {
      addresses.push({
        element: at.element,
        interface: at.interface,
        substrate,
        address: formatAddress(address),
      });
    }
  }
  const byKey = new Map(addresses.map((entry) => [attachmentKey(entry), entry.address]));
  return {
    plan: {
      subnets: [...subnets].map(([substrate, subnet]) => ({ substrate, subnet: formatSubnet(subnet) })),
      addresses,
    },
    topology: annotate(topology, (name) => {
      const address = byKey.get(attachmentKey(name));
      if (address === undefined) return undefined;
      return {
        ip4_address: address,
        ip4_netmask: formatAddress(maskOf(subnets.get(name.substrate)!.length)),
      };
    }),
    problems,
  };
}

/** Undefined where the subnet is too small. */
function chooseHosts(
  group: readonly Attachment[],
  subnet: Subnet,
  user: UserAddresses,
  earlier: ReadonlyMap<string, number | undefined>,
  before: ReadonlySet<number | undefined>,
): readonly (readonly [Attachment, number])[] | undefined {
  const keys = group.map((at) => at.key);
  const chosen = keys.map((key) => user.addresses.get(key));
  const taken = new Set(chosen);
  keys.forEach((key, index) => {
    const before = earlier.get(key);
    if (chosen[index] !== undefined || before === undefined || group[index]!.owner.type !== 'computer')
      return;
    if (taken.has(before) || !isHost(subnet, before)) return;
    chosen[index] = before;
    taken.add(before);
  });
  const free = freeHosts(subnet, taken, before);
  for (const [index, at] of group.entries()) {
    if (chosen[index] !== undefined || at.owner.type !== 'computer') continue;
    const host = free.next();
    if (host.done) return undefined;
    chosen[index] = host.value;
  }
  return group.flatMap((at, index) => (chosen[index] === undefined ? [] : [[at, chosen[index]] as const]));
}

/**
 * Hosts in rising order. What somebody had until now comes last, as its neighbours still know the MAC that it had: it is
 * given away again in a later run, or where nothing else is left.
 */
function* freeHosts(
  subnet: Subnet,
  taken: ReadonlySet<number | undefined>,
  before: ReadonlySet<number | undefined>,
): Generator<number, void, undefined> {
  const first = subnet.length >= 31 ? subnet.base : subnet.base + 1;
  for (const freed of [false, true]) {
    for (let host = first; isHost(subnet, host); host += 1) {
      if (!taken.has(host) && before.has(host) === freed) yield host;
    }
  }
}

function readSubnet(text: string, problems: Problem[]): Subnet | undefined {
  const subnet = parseSubnet(text);
  if (!subnet)
    problems.push({ code: 'invalid-subnet', message: `${JSON.stringify(text)} is no IPv4 network` });
  return subnet;
}

function inReserved(user: UserAddresses, reserved: readonly Subnet[]): readonly Problem[] {
  return [...user.subnets].flatMap(([substrate, subnet]) =>
    reserved
      .filter((other) => overlaps(subnet, other))
      .map((other) => ({
        code: 'reserved-subnet',
        message: `substrate ${substrate} (${formatSubnet(subnet)}) overlaps ${formatSubnet(other)}, which is reserved`,
        hint: 'choose other addresses, or leave ip4_address out',
      })),
  );
}

function full(substrate: string, subnet: Subnet, members: number): Problem {
  return {
    code: 'subnet-full',
    message: `${formatSubnet(subnet)} is too small for the ${members} interfaces of substrate ${substrate}`,
    hint: 'set a wider ip4_netmask',
  };
}
