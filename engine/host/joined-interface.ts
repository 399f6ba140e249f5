import { existsSync } from 'node:fs';
import type { Failure } from '../plan/kind.ts';
import { bootId } from './boot-id.ts';
import { copySettings, readSetting, writeSetting } from './interface-settings.ts';
import { linkRequest } from './netlink.ts';
import type { Link, RouteSocket } from './netlink.ts';
import {
  addressesIn,
  asIn,
  giving,
  hasNexthopObjects,
  networkLayerOf,
  ofFamily,
  taking,
  union,
  withoutAddresses,
} from './network-layer.ts';
import type { NetworkLayer } from './network-layer.ts';

/** What an interface was before it became a bridge's port: enough to put it back, even if the bridge was deleted. */
export interface JoinedImage {
  /** After a reboot the image says nothing: the host's own configuration has made the interface anew. */
  readonly boot: string;
  readonly up: boolean;
  readonly ipv6Off?: string;
  readonly layer: NetworkLayer;
}

const ETHERNET = 1;
const IPV6_OFF = 'ipv6/disable_ipv6';
const SOURCE_CHECK = 'ipv4/rp_filter';
const LOOSE = '2';

/** The image of an interface that can join; undefined of one that cannot. */
export function imageOf(socket: RouteSocket, name: string): JoinedImage | undefined {
  const link = linkNamed(socket, name);
  if (!link || refusal(socket, name, undefined)) return undefined;
  const ipv6Off = readSetting(name, IPV6_OFF);
  return {
    boot: bootId(),
    up: link.up,
    ...(ipv6Off !== undefined && { ipv6Off }),
    layer: networkLayerOf(socket, link.index),
  };
}

/** Whether an image is of use. */
export function isOfThisBoot(image: JoinedImage | undefined): image is JoinedImage {
  return image?.boot === bootId();
}

/** Why an interface cannot be a port of the bridge; undefined where it can. */
export function refusal(socket: RouteSocket, name: string, bridge: Link | undefined): Failure | undefined {
  const links = socket.links();
  const link = links.find((one) => one.name === name);
  const able = links.filter(
    ({ type, kind, name: other }) => type === ETHERNET && kind !== 'bridge' && !isWireless(other),
  );
  const hint = `set control_net.interface to a wired interface of this host (${able.map((one) => one.name).join(', ') || 'there is none'}), or to null`;
  if (!link)
    return { message: `this host has no interface ${name} that could join the control bridge`, hint };
  if (isWireless(name)) {
    return {
      message: `${name} is wireless: an access point takes packets of its own address only, not of a bridge's ports`,
      hint,
    };
  }
  if (link.type !== ETHERNET || link.kind === 'bridge') {
    return { message: `${name} is no Ethernet interface that could join the control bridge`, hint };
  }
  if (link.master !== undefined && link.master !== bridge?.index) {
    const master = links.find(({ index }) => index === link.master)?.name ?? 'something else';
    return { message: `${name} is a port of ${master} already, and cannot join the control bridge`, hint };
  }
  if (hasNexthopObjects(networkLayerOf(socket, link.index))) {
    return {
      message: `routes over ${name} use nexthop objects (ip nexthop), which cannot be moved to the control bridge`,
      hint: 'write these routes without nexthop objects',
    };
  }
  return undefined;
}

/** What is not as it should be once an interface is a port; nothing if all is well. */
export function whatKeepsApart(socket: RouteSocket, name: string, bridge: Link): readonly string[] {
  const link = linkNamed(socket, name);
  if (!link) return [`there is no ${name} that could be in it`];
  const addresses = addressesIn(networkLayerOf(socket, link.index));
  return [
    ...(link.master === bridge.index ? [] : [`${name} is not in it`]),
    ...(link.up ? [] : [`${name} is down`]),
    ...addresses.map((address) => `${address} is on ${name}`),
    ...(readSetting(name, IPV6_OFF) === '0' ? [`IPv6 is on on ${name}`] : []),
    ...(readSetting(bridge.name, SOURCE_CHECK) === readSetting(name, SOURCE_CHECK)
      ? []
      : [`it checks sources in another way than ${name}`]),
  ];
}

/**
 * Makes an interface a port of the bridge, and gives the bridge what the interface had. At every moment the host has
 * its addresses and a way for its packets: the bridge (which has the interface's MAC) gets everything first; then the
 * interface becomes a port and loses it, at a stroke. Goes on from wherever an earlier try ended.
 * @throws SyscallError
 */
export function joinBridge(
  socket: RouteSocket,
  name: string,
  bridge: Link,
  { image, isNew }: { readonly image: JoinedImage | undefined; readonly isNew: boolean },
): void {
  const link = linkNamed(socket, name)!;
  const now = networkLayerOf(socket, link.index);
  // What a bridge had that somebody has deleted is on the interface no more.
  const layer = image && isNew ? union(now, image.layer) : now;
  // Until the routes have moved, what comes in over the bridge has its way back over the interface.
  writeSetting(bridge.name, SOURCE_CHECK, LOOSE);
  const ipv6Off = image?.ipv6Off ?? readSetting(bridge.name, IPV6_OFF);
  if (ipv6Off !== undefined) writeSetting(bridge.name, IPV6_OFF, ipv6Off);
  socket.setLink(bridge.index, { up: true });
  const moved = ipv6Off === '0' ? layer : ofFamily(layer, 4);
  socket.together(giving(moved, link.index, bridge));
  try {
    socket.together([
      linkRequest(link.index, { master: bridge.index, up: true }),
      ...taking(now, link.index),
    ]);
  } catch (error) {
    // Its driver will not have it, say.
    socket.together(giving(now, link.index, link));
    socket.together(taking(networkLayerOf(socket, bridge.index), bridge.index));
    throw error;
  }
  writeSetting(name, IPV6_OFF, '1');
  copySettings(name, bridge.name);
}

/**
 * The way back: the interface gets what the bridge has now (an address that was renewed meanwhile is kept) or, where
 * somebody has deleted the bridge, what it had itself; then it is a port no more. The bridge remains, without addresses.
 * @param ours the addresses that experiments have on the bridge: they go with it.
 * @throws SyscallError
 */
export function leaveBridge(
  socket: RouteSocket,
  name: string,
  bridge: Link | undefined,
  { image, ours }: { readonly image: JoinedImage | undefined; readonly ours: readonly string[] },
): void {
  const link = linkNamed(socket, name);
  if (!link) return;
  const found = bridge && withoutAddresses(networkLayerOf(socket, bridge.index), ours);
  const layer = found && image ? asIn(image.layer, found) : (found ?? image?.layer);
  const from = bridge?.index ?? link.index;
  if (layer) socket.together(giving(ofFamily(layer, 4), from, link));
  if (bridge && found) {
    writeSetting(bridge.name, SOURCE_CHECK, LOOSE);
    const leaving = link.master === bridge.index ? [linkRequest(link.index, { master: 0, up: link.up })] : [];
    socket.together([...taking(ofFamily(found, 4), bridge.index), ...leaving]);
  }
  if (image?.ipv6Off !== undefined) writeSetting(name, IPV6_OFF, image.ipv6Off);
  if (layer && readSetting(name, IPV6_OFF) === '0') socket.together(giving(ofFamily(layer, 6), from, link));
  if (image && !image.up) socket.setLink(link.index, { up: false });
}

function linkNamed(socket: RouteSocket, name: string): Link | undefined {
  return socket.links().find((link) => link.name === name);
}

function isWireless(name: string): boolean {
  return ['phy80211', 'wireless'].some((entry) => existsSync(`/sys/class/net/${name}/${entry}`));
}
