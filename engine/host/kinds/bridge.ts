import { effectId } from '../../model/effect.ts';
import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { AddressSpec, BridgeSpec } from '../../stage/effects.ts';
import { addLinkRoute, createBridge, deleteLinkRoute, linkRoutes } from '../bridge-links.ts';
import { readSetting, writeSetting } from '../interface-settings.ts';
import {
  imageOf,
  isOfThisBoot,
  joinBridge,
  leaveBridge,
  refusal,
  whatKeepsApart,
} from '../joined-interface.ts';
import type { JoinedImage } from '../joined-interface.ts';
import { inNetns } from '../namespace.ts';
import type { Link, RouteSocket } from '../netlink.ts';
import { attempt, failed } from '../outcome.ts';
import { readRegistry } from '../registry.ts';
import { SyscallError } from '../syscalls.ts';

const IPV6_OFF = 'ipv6/disable_ipv6';

/** Bridges of the host's own network namespace, quiet ones; an interface of the host may join, and is put back as it was. */
export const bridgeKind: EffectKind = {
  kind: 'bridge',
  describe: ({ spec }) => {
    const { device, routes = [], joins } = spec as BridgeSpec;
    const ways = routes.length > 0 ? `, the way to ${routes.length} addresses` : '';
    return `bridge ${device}${joins === undefined ? '' : `, which ${joins} joins`}${ways}`;
  },

  async observe(effects, journal) {
    return inNetns(undefined, (socket) => effects.map((effect) => look(effect, socket, journal)));
  },

  before: ({ spec }) => {
    const { joins } = spec as BridgeSpec;
    return joins === undefined ? undefined : inNetns(undefined, (socket) => imageOf(socket, joins));
  },
  isOutdated: (before) => !isOfThisBoot(before as JoinedImage | undefined),

  make: (effects, journal) => mend(effects, journal),
  change: (changes, journal) =>
    mend(
      changes.map(({ effect }) => effect),
      journal,
    ),

  async unmake(effects, journal) {
    return inNetns(undefined, (socket) =>
      effects.map((effect) => attempt(() => takeAway(effect, socket, journal))),
    );
  },
};

function look(effect: PlannedEffect, socket: RouteSocket, journal: JournalView): Observation {
  const spec = effect.spec as BridgeSpec;
  const { device, mac, routes = [], joins } = spec;
  const bridge = linkNamed(socket, device);
  if (!bridge) return { state: 'absent' };
  if (!isKnown(effect, journal) || bridge.kind !== 'bridge') {
    return {
      state: 'foreign',
      what: `there is an interface ${device} on this host, and it is not ours`,
      hint: `if nobody needs it: ip link delete ${device}`,
    };
  }
  const there = linkRoutes(socket, bridge.index);
  const why = [
    ...(bridge.up ? [] : ['it is down']),
    ...(mac === undefined || bridge.mac === mac ? [] : [`its MAC is ${bridge.mac}, not ${mac}`]),
    ...routes.filter((to) => !there.includes(to)).map((to) => `the way to ${to} is missing`),
    ...staleRoutes(effect, there, journal).map((to) => `the way to ${to} is no longer wanted`),
    ...settingsOf(spec).flatMap(([key, value]) => {
      const found = readSetting(device, key);
      return found === undefined || found === value ? [] : [`${key} is ${found}, not ${value}`];
    }),
    ...(joins === undefined ? [] : whatKeepsApart(socket, joins, bridge)),
  ];
  const earlier = recordedSpecs(effect, journal).find((one) => one.joins !== joins);
  if (earlier) {
    why.push(`${earlier.joins ?? 'no interface'} was to join it, now it is ${joins ?? 'none'}`);
    return { state: 'different', why, mend: 'replace' };
  }
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}

/** Makes what is missing and mends what differs: the same for a bridge that is not there at all. */
async function mend(effects: readonly PlannedEffect[], journal: JournalView): Promise<readonly Outcome[]> {
  return inNetns(undefined, (socket) =>
    effects.map((effect): Outcome => {
      const { device, joins } = effect.spec as BridgeSpec;
      const wrong = joins === undefined ? undefined : refusal(socket, joins, linkNamed(socket, device));
      if (wrong) return failed(wrong);
      const outcome = attempt(() => bringUp(effect, socket, journal));
      if (outcome.ok) return outcome;
      return failed({ ...outcome.error, message: `bridge ${device}: ${outcome.error.message}` });
    }),
  );
}

function bringUp(effect: PlannedEffect, socket: RouteSocket, journal: JournalView): void {
  const spec = effect.spec as BridgeSpec;
  const { device, routes = [], joins } = spec;
  const joined = joins === undefined ? undefined : linkNamed(socket, joins);
  // The neighbours know the host by its interface's MAC.
  const mac = spec.mac ?? joined?.mac;
  const found = linkNamed(socket, device);
  if (!found) create(socket, device, { mac, mtu: joined?.mtu });
  const bridge = linkNamed(socket, device)!;
  if (joins === undefined) writeSetting(device, IPV6_OFF, '1');
  for (const to of staleRoutes(effect, linkRoutes(socket, bridge.index), journal))
    deleteLinkRoute(socket, bridge.index, to);
  socket.setLink(bridge.index, { ...(mac !== undefined && mac !== bridge.mac && { mac }), up: true });
  if (joins !== undefined) {
    joinBridge(socket, joins, bridge, { image: imageFor(effect, journal), isNew: found === undefined });
  }
  for (const [key, value] of settingsOf(spec)) writeSetting(device, key, value);
  const there = linkRoutes(socket, bridge.index);
  for (const to of routes) if (!there.includes(to)) addLinkRoute(socket, bridge.index, to);
}

function create(socket: RouteSocket, device: string, options: Parameters<typeof createBridge>[2]): void {
  try {
    createBridge(socket, device, options);
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === 'EOPNOTSUPP')) throw error;
    throw new Error('this kernel has no bridges (modprobe bridge)', { cause: error });
  }
}

function takeAway(effect: PlannedEffect, socket: RouteSocket, journal: JournalView): void {
  const { device, joins } = effect.spec as BridgeSpec;
  const bridge = linkNamed(socket, device);
  if (bridge) {
    const ours = staleRoutes({ ...effect, spec: { device } }, linkRoutes(socket, bridge.index), journal);
    for (const to of ours) deleteLinkRoute(socket, bridge.index, to);
  }
  if (joins !== undefined)
    leaveBridge(socket, joins, bridge, {
      image: imageFor(effect, journal),
      ours: ownAddresses(device, journal),
    });
  if (bridge) socket.deleteLink(bridge.index);
}

/** The settings that it shall have; an interface that joins brings its own, IPv6 included. */
function settingsOf({ settings = {}, joins }: BridgeSpec): readonly (readonly [string, string])[] {
  return Object.entries({ ...(joins === undefined && { [IPV6_OFF]: '1' }), ...settings });
}

/** Routes that we gave it earlier and that are wanted no longer; what others added is left alone. */
function staleRoutes(
  effect: PlannedEffect,
  there: readonly string[],
  journal: JournalView,
): readonly string[] {
  const { routes = [] } = effect.spec as BridgeSpec;
  const given = recordedSpecs(effect, journal).flatMap((spec) => spec.routes ?? []);
  return [...new Set(given)].filter((to) => there.includes(to) && !routes.includes(to));
}

function recordedSpecs(effect: PlannedEffect, journal: JournalView): readonly BridgeSpec[] {
  const recorded = journal.recorded(effectId(effect));
  return [recorded?.effect, recorded?.previous].flatMap((one) => (one ? [one.spec as BridgeSpec] : []));
}

/** The experiment's own addresses on it. */
function ownAddresses(device: string, journal: JournalView): readonly string[] {
  return [...journal.effects.values()]
    .filter(({ effect }) => effect.kind === 'address')
    .map(({ effect }) => effect.spec as AddressSpec)
    .filter((spec) => spec.device === device)
    .map(({ address }) => address);
}

function imageFor(effect: PlannedEffect, journal: JournalView): JoinedImage | undefined {
  const image = journal.recorded(effectId(effect))?.state as JoinedImage | undefined;
  return isOfThisBoot(image) ? image : undefined;
}

/** Ours, by the journal or, if it is several experiments', by the registry. */
function isKnown(effect: PlannedEffect, journal: JournalView): boolean {
  const id = effectId(effect);
  return effect.shared ? readRegistry().shared[id] !== undefined : journal.recorded(id) !== undefined;
}

function linkNamed(socket: RouteSocket, device: string): Link | undefined {
  return socket.links().find(({ name }) => name === device);
}
