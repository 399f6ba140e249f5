import type { Problem } from '../model/problem.ts';
import { attribute } from '../model/queries.ts';
import { describeAttachment, type Attachment } from './attachments.ts';
import {
  capacityOf,
  formatAddress,
  formatSubnet,
  isHost,
  lastOf,
  parseAddress,
  parseMask,
  subnetOf,
  type Subnet,
} from './ip4.ts';

/** What the author of a topology fixed. */
export interface UserAddresses {
  /** By attachment key. */
  readonly addresses: ReadonlyMap<string, number>;
  /** Substrates with at least one fixed address. */
  readonly subnets: ReadonlyMap<string, Subnet>;
  /** Substrates where only a netmask was written: the prefix length wished for. */
  readonly lengths: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

/**
 * Reads `ip4_address` and `ip4_netmask` and checks them against each other. Where no member of a substrate has a
 * netmask, the earlier subnet holds if the first address is in it, else a /24, or wider if the members need it.
 */
export function readUserAddresses(
  groups: ReadonlyMap<string, readonly Attachment[]>,
  earlier: ReadonlyMap<string, Subnet>,
): UserAddresses {
  const problems: Problem[] = [];
  const addresses = new Map<string, number>();
  const subnets = new Map<string, Subnet>();
  const lengths = new Map<string, number>();
  const owners = new Map<number, Attachment>();
  for (const [substrate, group] of groups) {
    const mask = commonMask(group, problems);
    const fixed = group.flatMap((at) => {
      const address = readAddress(at, problems);
      if (address === undefined) return [];
      const owner = owners.get(address);
      if (owner) problems.push(duplicate(address, owner, at));
      else owners.set(address, at);
      return [{ at, address }];
    });
    const [first] = fixed;
    if (!first) {
      if (mask !== undefined) lengths.set(substrate, mask);
      continue;
    }
    const subnet = subnetOf(
      first.address,
      mask ?? defaultLength(first.address, group, earlier.get(substrate)),
    );
    subnets.set(substrate, subnet);
    for (const { at, address } of fixed) {
      addresses.set(at.key, address);
      if (!isHost(subnet, address)) problems.push(misplaced(subnet, address, at));
    }
  }
  problems.push(...findOverlaps(subnets));
  return { addresses, subnets, lengths, problems };
}

/** Pairs of substrates whose subnets share addresses, one Problem for each substrate that begins inside another. */
export function findOverlaps(subnets: ReadonlyMap<string, Subnet>): readonly Problem[] {
  const sorted = [...subnets].sort(([, a], [, b]) => a.base - b.base || a.length - b.length);
  let widest = sorted[0];
  return sorted.slice(1).flatMap((entry) => {
    const [name, subnet] = entry;
    const [otherName, other] = widest!;
    if (lastOf(subnet) > lastOf(other)) widest = entry;
    if (subnet.base > lastOf(other)) return [];
    const message = `substrates ${otherName} (${formatSubnet(other)}) and ${name} (${formatSubnet(subnet)}) overlap`;
    return [{ code: 'subnet-overlap', message, hint: 'give each substrate a subnet of its own' }];
  });
}

function readAddress(at: Attachment, problems: Problem[]): number | undefined {
  const text = at.first ? attribute(at.port, 'ip4_address') : undefined;
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  const leading = (address ?? 0) >>> 24;
  if (address !== undefined && leading !== 0 && leading !== 127 && leading < 224) return address;
  problems.push({
    code: 'invalid-address',
    message: `${describeAttachment(at)}: ip4_address ${JSON.stringify(text)} is no unicast IPv4 address`,
    hint: 'write a dotted quad such as 10.0.0.1, or leave the attribute out',
  });
  return undefined;
}

/** The netmask of a substrate: the first one written; others that differ are Problems. */
function commonMask(group: readonly Attachment[], problems: Problem[]): number | undefined {
  let common: { readonly length: number; readonly at: Attachment } | undefined;
  for (const at of group) {
    const text = at.first ? attribute(at.port, 'ip4_netmask') : undefined;
    if (text === undefined) continue;
    const length = parseMask(text);
    if (length === undefined || length < 8 || length > 31) {
      problems.push({
        code: 'invalid-netmask',
        message: `${describeAttachment(at)}: ip4_netmask ${JSON.stringify(text)} is no netmask of 8 to 31 bits`,
        hint: 'write it dotted, such as 255.255.255.0',
      });
    } else if (common && common.length !== length) {
      problems.push({
        code: 'netmask-mismatch',
        message: `${describeAttachment(at)}: ip4_netmask is /${length}, but ${common.at.element} has /${common.length}`,
        hint: 'all interfaces of a substrate need the same netmask',
      });
    } else {
      common ??= { length, at };
    }
  }
  return common?.length;
}

function defaultLength(address: number, group: readonly Attachment[], earlier: Subnet | undefined): number {
  let length = earlier && isHost(earlier, address) ? earlier.length : 24;
  while (capacityOf(length) < group.length && length > 8) length--;
  return length;
}

function duplicate(address: number, owner: Attachment, at: Attachment): Problem {
  return {
    code: 'duplicate-address',
    message: `${formatAddress(address)} is set on ${describeAttachment(owner)} and on ${describeAttachment(at)}`,
    hint: 'an address may be used once in an experiment',
  };
}

function misplaced(subnet: Subnet, address: number, at: Attachment): Problem {
  const inside = subnetOf(address, subnet.length).base === subnet.base;
  const why = inside ? 'is its network or broadcast address' : 'is outside';
  return {
    code: inside ? 'unusable-address' : 'subnet-mismatch',
    message:
      `${describeAttachment(at)}: ${formatAddress(address)} ${why}; ` +
      `the subnet of ${at.substrate} is ${formatSubnet(subnet)}`,
    hint: 'keep all addresses of a substrate in one subnet, or set ip4_netmask so that it holds them all',
  };
}
