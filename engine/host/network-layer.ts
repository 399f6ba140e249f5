import { Flag, Message, attribute, attributesOf, textOf, uint32 } from './netlink-messages.ts';
import type { Link, NetlinkRequest, RouteSocket } from './netlink.ts';

/**
 * The addresses and routes of an interface, of both families and every table, each as the kernel's own message in
 * base64: with its scope, flags, lifetimes, metrics and whatever else it has. What the kernel makes by itself (connected
 * routes, link-local and temporary addresses, what routers advertise) is left out.
 */
export interface NetworkLayer {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
}

const AF_INET = 2;
const AF_INET6 = 10;
const AddressAttribute = { ADDRESS: 1, LOCAL: 2, LABEL: 3 } as const;
const RouteAttribute = {
  INTERFACE: 4,
  GATEWAY: 5,
  MULTIPATH: 9,
  CACHE: 12,
  TABLE: 15,
  VIA: 18,
  NEXTHOP: 30,
} as const;
const Protocol = { KERNEL: 2, ROUTER_ADVERTISEMENT: 9 } as const;
const LOCAL_TABLE = 255;
const SCOPE_LINK = 253;
const TEMPORARY = 1;
const ON_LINK = 4;
const ADDRESS_HEADER = 8;
const ROUTE_HEADER = 12;
const HOP_HEADER = 8;

/** What an interface has now. */
export function networkLayerOf(socket: RouteSocket, index: number): NetworkLayer {
  const all = (type: number, header: number): readonly Buffer[] =>
    [AF_INET, AF_INET6].flatMap((family) => {
      const payload = Buffer.alloc(header);
      payload[0] = family;
      return socket.ask(type, Flag.DUMP, payload);
    });
  const addresses = all(Message.GETADDR, ADDRESS_HEADER).filter(
    (message) => message.readUInt32LE(4) === index && !isMadeByKernel(message),
  );
  const routes = all(Message.GETROUTE, ROUTE_HEADER)
    .filter((message) => isRouteOver(message, index))
    .flatMap((message) => (message[0] === AF_INET6 ? waysOver(message, index) : [message]));
  const inText = (messages: readonly Buffer[]) => messages.map((message) => message.toString('base64'));
  return { addresses: inText(addresses), routes: inText(routes) };
}

/** The part of one family. */
export function ofFamily({ addresses, routes }: NetworkLayer, family: 4 | 6): NetworkLayer {
  const wanted = (text: string) => (Buffer.from(text, 'base64')[0] === AF_INET) === (family === 4);
  return { addresses: addresses.filter(wanted), routes: routes.filter(wanted) };
}

/** The IPv4 addresses, `10.0.0.1/24`. */
export function addressesIn({ addresses }: NetworkLayer): readonly string[] {
  return addresses
    .map((text) => Buffer.from(text, 'base64'))
    .filter((message) => message[0] === AF_INET)
    .map((message) => `${localOf(message)?.join('.')}/${message[1]}`);
}

/** Without these IPv4 addresses, `10.0.0.1/24`. */
export function withoutAddresses(layer: NetworkLayer, addresses: readonly string[]): NetworkLayer {
  const kept = layer.addresses.filter((text) => {
    const [address] = addressesIn({ addresses: [text], routes: [] });
    return address === undefined || !addresses.includes(address);
  });
  return { ...layer, addresses: kept };
}

/** Whether a route is one of several that the kernel keeps as a nexthop object: those cannot be moved. */
export function hasNexthopObjects({ routes }: NetworkLayer): boolean {
  return routes.some((text) =>
    attributesOf(Buffer.from(text, 'base64'), ROUTE_HEADER).has(RouteAttribute.NEXTHOP),
  );
}

/** Both, without doubles of the second. */
export function union(a: NetworkLayer, b: NetworkLayer): NetworkLayer {
  const keys = new Set(a.addresses.map(keyOf));
  return {
    addresses: [...a.addresses, ...b.addresses.filter((text) => !keys.has(keyOf(text)))],
    routes: [...new Set([...a.routes, ...b.routes])],
  };
}

/** The addresses of `layer`, as `image` has them where they never run out: labels and the like are lost on the way. */
export function asIn(image: NetworkLayer, layer: NetworkLayer): NetworkLayer {
  const known = new Map(image.addresses.map((text) => [keyOf(text), text]));
  return {
    ...layer,
    addresses: layer.addresses.map((text) => (runsOut(text) ? text : (known.get(keyOf(text)) ?? text))),
  };
}

/**
 * Gives an interface what another one has, behind what it has itself: as long as both have it, the other's is used. What is
 * there already stays.
 * @param from the index of the other one.
 */
export function giving(
  layer: NetworkLayer,
  from: number,
  to: Pick<Link, 'index' | 'name'>,
): readonly NetlinkRequest[] {
  const addresses = layer.addresses.map((text) => Buffer.from(text, 'base64'));
  const [old, young] = [AF_INET, AF_INET6].map((family) =>
    addresses.filter((message) => message[0] === family),
  );
  const routes = layer.routes.map((text) => Buffer.from(text, 'base64'));
  const unless = ['EEXIST'];
  return [
    // The kernel lists IPv6 addresses with the youngest first.
    ...[...old!, ...young!.reverse()].map((message): NetlinkRequest => {
      const flags = Flag.CREATE | Flag.EXCLUSIVE;
      return { type: Message.NEWADDR, flags, payload: addressFor(message, to), unless };
    }),
    // What a gateway is reached over comes before it.
    ...[...routes]
      .sort((a, b) => hops(a) - hops(b))
      .map((message): NetlinkRequest => {
        const flags = Flag.CREATE | Flag.APPEND;
        return { type: Message.NEWROUTE, flags, payload: routeFor(message, from, to.index), unless };
      }),
  ];
}

/** Takes from an interface what it has; what is gone already is none the worse. */
export function taking(layer: NetworkLayer, index: number): readonly NetlinkRequest[] {
  const messages = (texts: readonly string[]) => texts.map((text) => Buffer.from(text, 'base64'));
  const unless = ['ESRCH', 'EADDRNOTAVAIL'];
  return [
    ...messages(layer.addresses).map((message): NetlinkRequest => {
      const payload = addressFor(message, { index, name: '' });
      return { type: Message.DELADDR, flags: 0, payload, unless };
    }),
    // Most go with the addresses.
    ...messages(layer.routes).map((message): NetlinkRequest => {
      return { type: Message.DELROUTE, flags: 0, payload: routeFor(message, index, index), unless };
    }),
  ];
}

function isMadeByKernel(message: Buffer): boolean {
  if (message[0] !== AF_INET6) return false;
  return message[3] === SCOPE_LINK || (message[2]! & TEMPORARY) !== 0;
}

function isRouteOver(message: Buffer, index: number): boolean {
  const attributes = attributesOf(message, ROUTE_HEADER);
  const table = attributes.get(RouteAttribute.TABLE)?.readUInt32LE(0) ?? message[4];
  if (table === LOCAL_TABLE) return false;
  if (message[5] === Protocol.KERNEL || message[5] === Protocol.ROUTER_ADVERTISEMENT) return false;
  if (attributes.get(RouteAttribute.INTERFACE)?.readInt32LE(0) === index) return true;
  const several = attributes.get(RouteAttribute.MULTIPATH);
  return several !== undefined && hopsAt(several).some((at) => several.readInt32LE(at + 4) === index);
}

/** To IPv6 a route with several hops is several routes: those over an interface. */
function waysOver(message: Buffer, index: number): readonly Buffer[] {
  const attributes = attributesOf(message, ROUTE_HEADER);
  const several = attributes.get(RouteAttribute.MULTIPATH);
  if (!several) return [message];
  attributes.delete(RouteAttribute.MULTIPATH);
  return hopsAt(several)
    .filter((at) => several.readInt32LE(at + 4) === index)
    .map((at) => {
      const way = attributesOf(several.subarray(at, at + several.readUInt16LE(at)), HOP_HEADER);
      const all = new Map([...attributes, ...way, [RouteAttribute.INTERFACE, uint32(index)] as const]);
      return assembled(message.subarray(0, ROUTE_HEADER), all);
    });
}

/** Where each struct rtnexthop (length, flags, hops, interface) of a route with several begins. */
function hopsAt(several: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + 8 <= several.length; at += (several.readUInt16LE(at) + 3) & ~3) found.push(at);
  return found;
}

function hops(message: Buffer): number {
  const attributes = attributesOf(message, ROUTE_HEADER);
  const { GATEWAY, VIA, MULTIPATH } = RouteAttribute;
  return [GATEWAY, VIA, MULTIPATH].some((type) => attributes.has(type)) ? 1 : 0;
}

/** The message for another interface. A label has to begin with the interface's name. */
function addressFor(message: Buffer, { index, name }: Pick<Link, 'index' | 'name'>): Buffer {
  const header = Buffer.from(message.subarray(0, ADDRESS_HEADER));
  header.writeUInt32LE(index, 4);
  const attributes = attributesOf(message, ADDRESS_HEADER);
  const label = attributes.get(AddressAttribute.LABEL);
  if (label && !textOf(label).startsWith(`${name}:`)) attributes.delete(AddressAttribute.LABEL);
  return assembled(header, attributes);
}

function routeFor(message: Buffer, from: number, to: number): Buffer {
  const header = Buffer.from(message.subarray(0, ROUTE_HEADER));
  header.writeUInt32LE(header.readUInt32LE(8) & ON_LINK, 8);
  const attributes = attributesOf(message, ROUTE_HEADER);
  attributes.delete(RouteAttribute.CACHE);
  if (attributes.has(RouteAttribute.INTERFACE)) attributes.set(RouteAttribute.INTERFACE, uint32(to));
  const several = attributes.get(RouteAttribute.MULTIPATH);
  if (several) {
    const moved = Buffer.from(several);
    for (const at of hopsAt(several)) {
      moved[at + 2] = several[at + 2]! & ON_LINK;
      if (several.readInt32LE(at + 4) === from) moved.writeInt32LE(to, at + 4);
    }
    attributes.set(RouteAttribute.MULTIPATH, moved);
  }
  return assembled(header, attributes);
}

function assembled(header: Buffer, attributes: ReadonlyMap<number, Buffer>): Buffer {
  return Buffer.concat([header, ...[...attributes].map(([type, value]) => attribute(type, value))]);
}

/** Family, length and address. */
function keyOf(text: string): string {
  const message = Buffer.from(text, 'base64');
  return `${message[0]} ${message[1]} ${localOf(message)?.toString('hex')}`;
}

function localOf(message: Buffer): Buffer | undefined {
  const attributes = attributesOf(message, ADDRESS_HEADER);
  return attributes.get(AddressAttribute.LOCAL) ?? attributes.get(AddressAttribute.ADDRESS);
}

/** struct ifa_cacheinfo begins with the two lifetimes. */
function runsOut(text: string): boolean {
  const lifetimes = attributesOf(Buffer.from(text, 'base64'), ADDRESS_HEADER).get(CACHE_INFO);
  return lifetimes !== undefined && lifetimes.readUInt32LE(4) !== 0xffffffff;
}

const CACHE_INFO = 6;
