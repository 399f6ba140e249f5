import ipaddr from 'ipaddr.js';

/** What is wrong with a value, and what would work; undefined if nothing is. */
export type Verdict = { readonly message: string; readonly hint: string } | undefined;

const REFUSED: Readonly<Record<string, string>> = {
  unspecified: 'is in 0.0.0.0/8, which no interface can have',
  broadcast: 'is the broadcast address of every network',
  multicast: 'is a multicast address',
  loopback: 'is a loopback address',
};

/** An IPv4 address that one interface can have, within its mask if that is given and itself right. */
export function checkIp4(address: string, mask: string | undefined): Verdict {
  if (!isDotted(address)) {
    return {
      message: `"${address}" is not an IPv4 address`,
      hint: 'four numbers from 0 to 255, such as 10.0.0.1',
    };
  }
  const refused = REFUSED[ipaddr.IPv4.parse(address).range()];
  if (refused) return { message: `${address} ${refused}`, hint: 'an address such as 10.0.0.1' };
  const prefix =
    mask === undefined || !isDotted(mask) ? null : ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask();
  if (prefix === null || prefix > 30) return undefined;
  const cidr = `${address}/${prefix}`;
  const network = ipaddr.IPv4.networkAddressFromCIDR(cidr).toString();
  const broadcast = ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString();
  if (address !== network && address !== broadcast) return undefined;
  const role = address === network ? 'the address of the network itself' : 'the broadcast address';
  return {
    message: `${address} is ${role} for the mask ${mask}`,
    hint: `an address between ${network} and ${broadcast}`,
  };
}

/** A dotted IPv4 mask with at least one bit, all bits on its left. */
export function checkNetmask(mask: string): Verdict {
  const hint = 'a mask such as 255.255.255.0';
  if (!isDotted(mask)) return { message: `"${mask}" is not an IPv4 mask`, hint };
  const prefix = ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask();
  if (prefix === null) return { message: `the bits of the mask ${mask} are not contiguous`, hint };
  return prefix === 0 ? { message: `the mask ${mask} takes in every address`, hint } : undefined;
}

/** A MAC address that one interface can have: six octets with colons, not multicast, not all zero. */
export function checkMac(mac: string): Verdict {
  const hint = 'six octets such as 02:00:00:00:00:01';
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(mac))
    return { message: `"${mac}" is not a MAC address`, hint };
  if (Number.parseInt(mac.slice(0, 2), 16) & 1) {
    return { message: `${mac} is a multicast MAC address`, hint: `${hint}, with an even first octet` };
  }
  return /^[0:]+$/.test(mac) ? { message: `${mac} is all zero`, hint } : undefined;
}

/** Four decimal octets; a leading zero is refused, for some programs read it as octal. */
function isDotted(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) && !/(?:^|\.)0\d/.test(text);
}
