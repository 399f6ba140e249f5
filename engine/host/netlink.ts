import { Flag, Message, attribute, attributesOf, textOf, uint32 } from './netlink-messages.ts';
import { SyscallError, syscalls } from './syscalls.ts';

/** Speaks rtnetlink(7) in the network namespace that the thread is in: IPv4 only, but for what is asked in bytes. */
export interface RouteSocket {
  /** One request in the kernel's own form: every answer's payload, or a SyscallError. */
  ask(type: number, flags: number, payload: Buffer): readonly Buffer[];
  /**
   * Changes that the kernel makes in a single system call, so that a kill cannot come between them; one that fails does
   * not keep the others.
   * @throws SyscallError the first that its request does not put up with.
   */
  together(requests: readonly NetlinkRequest[]): void;
  links(): readonly Link[];
  addresses(): readonly Address[];
  /** The main table, without what the kernel keeps by itself. */
  routes(): readonly Route[];
  setLink(index: number, change: LinkChange): void;
  deleteLink(index: number): void;
  addAddress(index: number, address: string): void;
  deleteAddress(index: number, address: string): void;
  /** Sets a route, in place of one to the same prefix if there is any. */
  replaceRoute(route: Route): void;
  deleteRoute(route: Route): void;
  close(): void;
}

export interface NetlinkRequest {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
  /** Names of errors that are none, since all is as wanted then. */
  readonly unless?: readonly string[];
}

export interface LinkChange {
  readonly mac?: string;
  readonly mtu?: number;
  /** The index of the bridge that it shall be a port of; 0 is none. */
  readonly master?: number;
  readonly up: boolean;
}

export interface Link {
  readonly index: number;
  /** ARPHRD_*: 1 is Ethernet. */
  readonly type: number;
  /** `bridge`, `tun`, `veth`, ...; undefined for hardware. */
  readonly kind?: string;
  /** The index of the bridge, or the like, that it is a port of. */
  readonly master?: number;
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
}

export interface Address {
  readonly index: number;
  /** `10.0.0.1/24`. */
  readonly address: string;
}

/** A prefix, and the gateway's address; without one it is an `unreachable` route. */
export interface Route {
  readonly to: string;
  readonly via?: string;
}

const AF_NETLINK = 16;
const AF_INET = 2;
const SOCK_RAW_CLOEXEC = 3 | 0x80000;

const LinkAttribute = { ADDRESS: 1, IFNAME: 3, MTU: 4, MASTER: 10, LINKINFO: 18 } as const;
const LINKINFO_KIND = 1;
const AddressAttribute = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4 } as const;
const RouteAttribute = { DESTINATION: 1, GATEWAY: 5, TABLE: 15 } as const;
const RouteType = { UNICAST: 1, UNREACHABLE: 7 } as const;
const Protocol = { KERNEL: 2, BOOT: 3 } as const;
const MAIN_TABLE = 254;
const UP = 1;

/** Opens a socket; whoever opens it closes it. @throws SyscallError */
export function openRouteSocket(): RouteSocket {
  const { socket, close, send, receive } = syscalls();
  const fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0);
  const buffer = Buffer.alloc(1 << 16);

  /** Sends one request and gives every answer's payload; a refusal throws. */
  const ask = (type: number, flags: number, payload: Buffer): readonly Buffer[] => {
    send(fd, requestOf(type, flags, payload));
    const answers: Buffer[] = [];
    for (;;) {
      const length = receive(fd, buffer);
      for (let at = 0; at + 16 <= length; at += (buffer.readUInt32LE(at) + 3) & ~3) {
        const kind = buffer.readUInt16LE(at + 4);
        if (kind === Message.DONE) return answers;
        if (kind === Message.ERROR) {
          const errno = -buffer.readInt32LE(at + 16);
          if (errno !== 0) throw new SyscallError('rtnetlink', errno);
          return answers;
        }
        answers.push(Buffer.from(buffer.subarray(at + 16, at + buffer.readUInt32LE(at))));
      }
    }
  };
  const together = (requests: readonly NetlinkRequest[]): void => {
    if (requests.length === 0) return;
    const messages = requests.map(({ type, flags, payload }) => requestOf(type, Flag.ACK | flags, payload));
    send(fd, Buffer.concat(messages));
    const errors: number[] = [];
    while (errors.length < requests.length) {
      const length = receive(fd, buffer);
      for (let at = 0; at + 16 <= length; at += (buffer.readUInt32LE(at) + 3) & ~3) {
        if (buffer.readUInt16LE(at + 4) === Message.ERROR) errors.push(-buffer.readInt32LE(at + 16));
      }
    }
    requests.forEach(({ unless = [] }, index) => {
      const error = errors[index] === 0 ? undefined : new SyscallError('rtnetlink', errors[index]!);
      if (error && !unless.includes(error.code)) throw error;
    });
  };
  const act = (type: number, flags: number, payload: Buffer): void =>
    void ask(type, Flag.ACK | flags, payload);

  return {
    ask,
    links: () => ask(Message.GETLINK, Flag.DUMP, Buffer.alloc(16)).map(readLink),
    addresses: () => ask(Message.GETADDR, Flag.DUMP, addressHeader(0, 0)).map(readAddress),
    routes: () => ask(Message.GETROUTE, Flag.DUMP, routeHeader(0, 0)).flatMap(readRoute),
    together,
    setLink: (index, change) => together([linkRequest(index, change)]),
    deleteLink(index) {
      const header = Buffer.alloc(16);
      header.writeInt32LE(index, 4);
      act(Message.DELLINK, 0, header);
    },
    addAddress: (index, address) =>
      act(Message.NEWADDR, Flag.CREATE | Flag.EXCLUSIVE, addressMessage(index, address)),
    deleteAddress: (index, address) => act(Message.DELADDR, 0, addressMessage(index, address)),
    replaceRoute: (route) => act(Message.NEWROUTE, Flag.CREATE | Flag.REPLACE, routeMessage(route)),
    deleteRoute: (route) => act(Message.DELROUTE, 0, routeMessage(route)),
    close: () => close(fd),
  };
}

/** What `setLink` asks. */
export function linkRequest(index: number, { mac, mtu, master, up }: LinkChange): NetlinkRequest {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(up ? UP : 0, 8);
  header.writeUInt32LE(UP, 12);
  const parts: Buffer[] = [header];
  if (mac !== undefined)
    parts.push(attribute(LinkAttribute.ADDRESS, Buffer.from(mac.replaceAll(':', ''), 'hex')));
  if (mtu !== undefined) parts.push(attribute(LinkAttribute.MTU, uint32(mtu)));
  if (master !== undefined) parts.push(attribute(LinkAttribute.MASTER, uint32(master)));
  return { type: Message.NEWLINK, flags: 0, payload: Buffer.concat(parts) };
}

/** A request, padded so that another can follow. */
function requestOf(type: number, flags: number, payload: Buffer): Buffer {
  const request = Buffer.alloc((16 + payload.length + 3) & ~3);
  request.writeUInt32LE(16 + payload.length, 0);
  request.writeUInt16LE(type, 4);
  request.writeUInt16LE(Flag.REQUEST | flags, 6);
  payload.copy(request, 16);
  return request;
}

function readLink(message: Buffer): Link {
  const attributes = attributesOf(message, 16);
  const info = attributes.get(LinkAttribute.LINKINFO);
  const kind = info && attributesOf(info, 0).get(LINKINFO_KIND);
  const master = attributes.get(LinkAttribute.MASTER)?.readUInt32LE(0);
  return {
    index: message.readInt32LE(4),
    type: message.readUInt16LE(2),
    ...(kind && { kind: textOf(kind) }),
    ...(master !== undefined && { master }),
    name: textOf(attributes.get(LinkAttribute.IFNAME)!),
    mac: (attributes.get(LinkAttribute.ADDRESS)?.toString('hex').match(/../g) ?? []).join(':'),
    mtu: attributes.get(LinkAttribute.MTU)?.readUInt32LE(0) ?? 0,
    up: (message.readUInt32LE(8) & UP) !== 0,
  };
}

function readAddress(message: Buffer): Address {
  const attributes = attributesOf(message, 8);
  const local = attributes.get(AddressAttribute.LOCAL) ?? attributes.get(AddressAttribute.ADDRESS)!;
  return { index: message.readUInt32LE(4), address: `${local.join('.')}/${message[1]}` };
}

function readRoute(message: Buffer): readonly Route[] {
  const [, length, , , table, protocol, , type] = message;
  if (table !== MAIN_TABLE || protocol === Protocol.KERNEL) return [];
  const attributes = attributesOf(message, 12);
  const to = `${(attributes.get(RouteAttribute.DESTINATION) ?? Buffer.alloc(4)).join('.')}/${length}`;
  if (type === RouteType.UNREACHABLE) return [{ to }];
  const via = attributes.get(RouteAttribute.GATEWAY)?.join('.');
  return via === undefined ? [] : [{ to, via }];
}

function addressHeader(prefix: number, index: number): Buffer {
  const header = Buffer.from([AF_INET, prefix, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(index, 4);
  return header;
}

function addressMessage(index: number, address: string): Buffer {
  const [local, prefix] = parsePrefix(address);
  const parts = [
    addressHeader(prefix, index),
    attribute(AddressAttribute.LOCAL, local),
    attribute(AddressAttribute.ADDRESS, local),
  ];
  return Buffer.concat(
    prefix < 31 ? [...parts, attribute(AddressAttribute.BROADCAST, broadcast(local, prefix))] : parts,
  );
}

function routeHeader(prefix: number, type: number): Buffer {
  return Buffer.from([AF_INET, prefix, 0, 0, MAIN_TABLE, Protocol.BOOT, 0, type, 0, 0, 0, 0]);
}

function routeMessage({ to, via }: Route): Buffer {
  const [destination, prefix] = parsePrefix(to);
  const header = routeHeader(prefix, via === undefined ? RouteType.UNREACHABLE : RouteType.UNICAST);
  const parts = [header, attribute(RouteAttribute.DESTINATION, destination)];
  return Buffer.concat(
    via === undefined ? parts : [...parts, attribute(RouteAttribute.GATEWAY, parsePrefix(via)[0])],
  );
}

/** `10.0.0.1/24` -> its four bytes and its length; without a length it is 32. */
function parsePrefix(text: string): readonly [Buffer, number] {
  const [address = '', length = '32'] = text.split('/');
  return [Buffer.from(address.split('.').map(Number)), Number(length)];
}

function broadcast(local: Buffer, prefix: number): Buffer {
  const address = Buffer.alloc(4);
  address.writeUInt32BE((local.readUInt32BE(0) | (0xffffffff >>> prefix)) >>> 0);
  return address;
}
