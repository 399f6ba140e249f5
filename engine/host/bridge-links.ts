import type { RouteSocket } from './netlink.ts';
import { Flag, Message, attribute, attributesOf, uint32, zeroEnded } from './netlink-messages.ts';

const AF_INET = 2;
const LinkAttribute = { ADDRESS: 1, IFNAME: 3, MTU: 4, LINKINFO: 18 } as const;
const LinkInfo = { KIND: 1, DATA: 2 } as const;
const BridgeAttribute = { FORWARD_DELAY: 1, STP_STATE: 5, MULTICAST_SNOOPING: 23 } as const;
const RouteAttribute = { DESTINATION: 1, INTERFACE: 4, GATEWAY: 5, TABLE: 15 } as const;
const MAIN_TABLE = 254;
const PROTOCOL_BOOT = 3;
const SCOPE_LINK = 253;
const UNICAST = 1;

/**
 * Makes a bridge, down, that forwards at once and says nothing itself: no spanning tree, no multicast snooping.
 * @throws SyscallError
 */
export function createBridge(
  socket: RouteSocket,
  name: string,
  { mac, mtu }: { readonly mac?: string | undefined; readonly mtu?: number | undefined },
): void {
  const data = Buffer.concat([
    attribute(BridgeAttribute.FORWARD_DELAY, uint32(0)),
    attribute(BridgeAttribute.STP_STATE, uint32(0)),
    attribute(BridgeAttribute.MULTICAST_SNOOPING, Buffer.from([0])),
  ]);
  const info = [attribute(LinkInfo.KIND, Buffer.from('bridge')), attribute(LinkInfo.DATA, data)];
  const parts = [
    Buffer.alloc(16),
    attribute(LinkAttribute.IFNAME, zeroEnded(name)),
    ...(mac === undefined
      ? []
      : [attribute(LinkAttribute.ADDRESS, Buffer.from(mac.replaceAll(':', ''), 'hex'))]),
    ...(mtu === undefined ? [] : [attribute(LinkAttribute.MTU, uint32(mtu))]),
    attribute(LinkAttribute.LINKINFO, Buffer.concat(info)),
  ];
  socket.ask(Message.NEWLINK, Flag.ACK | Flag.CREATE | Flag.EXCLUSIVE, Buffer.concat(parts));
}

/** The prefixes of the main table that are on a link itself, without a gateway, but for what the kernel keeps by itself. */
export function linkRoutes(socket: RouteSocket, index: number): readonly string[] {
  return socket.ask(Message.GETROUTE, Flag.DUMP, routeHeader(0)).flatMap((message) => {
    const [, length, , , table, protocol, , type] = message;
    if (table !== MAIN_TABLE || protocol !== PROTOCOL_BOOT || type !== UNICAST) return [];
    const attributes = attributesOf(message, 12);
    if (attributes.get(RouteAttribute.INTERFACE)?.readInt32LE(0) !== index) return [];
    if (attributes.has(RouteAttribute.GATEWAY)) return [];
    return [`${(attributes.get(RouteAttribute.DESTINATION) ?? Buffer.alloc(4)).join('.')}/${length}`];
  });
}

export function addLinkRoute(socket: RouteSocket, index: number, to: string): void {
  socket.ask(Message.NEWROUTE, Flag.ACK | Flag.CREATE | Flag.EXCLUSIVE, routeMessage(index, to));
}

export function deleteLinkRoute(socket: RouteSocket, index: number, to: string): void {
  socket.ask(Message.DELROUTE, Flag.ACK, routeMessage(index, to));
}

function routeMessage(index: number, to: string): Buffer {
  const [address = '', length = '32'] = to.split('/');
  return Buffer.concat([
    routeHeader(Number(length)),
    attribute(RouteAttribute.DESTINATION, Buffer.from(address.split('.').map(Number))),
    attribute(RouteAttribute.INTERFACE, uint32(index)),
  ]);
}

function routeHeader(length: number): Buffer {
  return Buffer.from([AF_INET, length, 0, 0, MAIN_TABLE, PROTOCOL_BOOT, SCOPE_LINK, UNICAST, 0, 0, 0, 0]);
}
