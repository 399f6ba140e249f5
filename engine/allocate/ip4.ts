import ipaddr from 'ipaddr.js';

/** An IPv4 network: its first address as an unsigned 32 bit number, and its prefix length. */
export interface Subnet {
  readonly base: number;
  readonly length: number;
}

/** The number of a dotted quad; undefined where it is none (no short forms, no octal). */
export function parseAddress(text: string): number | undefined {
  const trimmed = text.trim();
  if (!ipaddr.IPv4.isValidFourPartDecimal(trimmed)) return undefined;
  let address = 0;
  for (const part of trimmed.split('.')) address = address * 256 + Number(part);
  return address;
}

/** The prefix length of a dotted netmask; undefined where its ones are not contiguous or it is no mask. */
export function parseMask(text: string): number | undefined {
  const mask = parseAddress(text);
  if (mask === undefined) return undefined;
  const length = Math.clz32(~mask >>> 0);
  return maskOf(length) === mask ? length : undefined;
}

/** The network of `a.b.c.d/len`, host bits cleared; undefined where it is malformed. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text.trim());
  const address = match ? parseAddress(match[1]!) : undefined;
  const length = match ? Number(match[2]) : 33;
  return address === undefined || length > 32 ? undefined : subnetOf(address, length);
}

/** The mask of a prefix length, as a number. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** The network that an address is in. */
export function subnetOf(address: number, length: number): Subnet {
  return { base: (address & maskOf(length)) >>> 0, length };
}

/** The last address of a network (its broadcast address, if it has one). */
export function lastOf(subnet: Subnet): number {
  return subnet.base + 2 ** (32 - subnet.length) - 1;
}

/** How many hosts a network holds: without network and broadcast address, except in a /31 or /32. */
export function capacityOf(length: number): number {
  return length >= 31 ? 2 ** (32 - length) : 2 ** (32 - length) - 2;
}

/** True for an address that a host of the network may have. */
export function isHost(subnet: Subnet, address: number): boolean {
  const inner = subnet.length >= 31 ? 0 : 1;
  return address >= subnet.base + inner && address <= lastOf(subnet) - inner;
}

/** True where two networks share an address. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.base <= lastOf(b) && b.base <= lastOf(a);
}

/** The dotted quad of a number. */
export function formatAddress(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** `a.b.c.d/len`. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.length}`;
}
