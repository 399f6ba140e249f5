import { closeSync, existsSync, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { effectId } from '../../model/effect.ts';
import { groupBy } from '../../model/group-by.ts';
import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { TapSpec } from '../../stage/effects.ts';
import { writeSetting } from '../interface-settings.ts';
import { inNetns, netnsPath } from '../namespace.ts';
import type { RouteSocket } from '../netlink.ts';
import { DONE, attempt, failed } from '../outcome.ts';
import { syscalls } from '../syscalls.ts';

/** Persistent TAPs, born in their namespace: moving a link there later costs 17 ms. */
export const tapKind: EffectKind = {
  kind: 'tap',
  describe: (effect) => {
    const { mac, addresses } = effect.spec as TapSpec;
    return [whatItIs(effect), mac, ...addresses].join(', ');
  },

  async observe(effects, journal) {
    return eachInNetns(effects, { state: 'absent' }, (effect, socket) => compare(effect, socket, journal));
  },

  make: (effects, journal) => mend(effects, journal),
  change: (changes, journal) =>
    mend(
      changes.map(({ effect }) => effect),
      journal,
    ),

  async unmake(effects) {
    return eachInNetns(effects, DONE, (effect, socket) =>
      attempt(() => {
        const tap = stateOf(effect, socket);
        if (tap) socket.deleteLink(tap.index);
      }),
    );
  },
};

const IPV6_OFF = 'ipv6/disable_ipv6';

/** What there is of a TAP. */
interface TapState {
  readonly index: number;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly kind?: string;
  readonly master?: number;
  readonly addresses: readonly string[];
}

/** Works namespace by namespace, each entered once; `otherwise` is for those whose namespace is not there. */
function eachInNetns<T>(
  effects: readonly PlannedEffect[],
  otherwise: T,
  work: (effect: PlannedEffect, socket: RouteSocket) => T,
): readonly T[] {
  const answers = new Map<PlannedEffect, T>();
  for (const [netns, group] of groupBy(effects, ({ spec }) => (spec as TapSpec).netns)) {
    if (netns !== undefined && !existsSync(netnsPath(netns))) continue;
    inNetns(netns, (socket) => {
      for (const effect of group) answers.set(effect, work(effect, socket));
    });
  }
  return effects.map((effect) => answers.get(effect) ?? otherwise);
}

/** Makes what is missing and mends what differs: the same for a TAP that is not there at all. */
async function mend(effects: readonly PlannedEffect[], journal: JournalView): Promise<readonly Outcome[]> {
  const gone: Outcome = failed({ message: 'its network namespace is not there' });
  // This thread is busy from here on: let the other batches start their helpers first.
  await nextTurn();
  return eachInNetns(effects, gone, (effect, socket) => {
    const { device, mac, mtu, addresses, bridge } = effect.spec as TapSpec;
    const outcome = attempt(() => {
      if (!stateOf(effect, socket)) createTap(device);
      const tap = stateOf(effect, socket)!;
      for (const address of staleAddresses(effect, tap, journal)) socket.deleteAddress(tap.index, address);
      // A port has nothing to say itself.
      if (bridge !== undefined) writeSetting(device, IPV6_OFF, '1');
      const missing = missingBridge(effect, socket, tap);
      if (missing && missing.index === undefined) throw new Error(`there is no bridge ${missing.name}`);
      const change = { ...(mtu !== undefined && { mtu }), ...(missing && { master: missing.index! }) };
      socket.setLink(tap.index, { mac, ...change, up: true });
      for (const address of addresses)
        if (!tap.addresses.includes(address)) socket.addAddress(tap.index, address);
    });
    if (outcome.ok) return outcome;
    return failed({ ...outcome.error, message: `${whatItIs(effect)}: ${outcome.error.message}` });
  });
}

function stateOf(effect: PlannedEffect, socket: RouteSocket): TapState | undefined {
  const { device } = effect.spec as TapSpec;
  const link = socket.links().find(({ name }) => name === device);
  if (!link) return undefined;
  const addresses = socket.addresses().filter(({ index }) => index === link.index);
  return { ...link, addresses: addresses.map(({ address }) => address) };
}

const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const IFF_TAP_NO_PACKET_INFO = 0x0002 | 0x1000;
/** struct ifreq: the name, then the flags. */
const IFREQ_SIZE = 40;
const IFREQ_FLAGS = 16;

/** What `ip tuntap add mode tap` does. */
function createTap(device: string): void {
  const fd = openSync('/dev/net/tun', 'r+');
  try {
    const request = Buffer.alloc(IFREQ_SIZE);
    request.write(device, 'latin1');
    request.writeInt16LE(IFF_TAP_NO_PACKET_INFO, IFREQ_FLAGS);
    syscalls().ioctl(fd, TUNSETIFF, request);
    syscalls().ioctlNumber(fd, TUNSETPERSIST, 1);
  } finally {
    closeSync(fd);
  }
}

function compare(effect: PlannedEffect, socket: RouteSocket, journal: JournalView): Observation {
  const spec = effect.spec as TapSpec;
  const tap = stateOf(effect, socket);
  if (!tap) return { state: 'absent' };
  if (spec.netns === undefined && (tap.kind !== 'tun' || !journal.recorded(effectId(effect)))) {
    return {
      state: 'foreign',
      what: `there is an interface ${spec.device} on this host, and it is not ours`,
      hint: `if nobody needs it: ip link delete ${spec.device}`,
    };
  }
  const why = [
    ...spec.addresses
      .filter((address) => !tap.addresses.includes(address))
      .map((address) => `${address} is missing`),
    ...staleAddresses(effect, tap, journal).map((address) => `${address} is no longer wanted`),
  ];
  if (tap.mac !== spec.mac) why.push(`its MAC is ${tap.mac}, not ${spec.mac}`);
  if (spec.mtu !== undefined && tap.mtu !== spec.mtu) why.push(`its MTU is ${tap.mtu}, not ${spec.mtu}`);
  if (!tap.up) why.push('it is down');
  if (missingBridge(effect, socket, tap)) why.push(`it is not in ${spec.bridge}`);
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}

/** The bridge that it shall be a port of and is not; `index` is undefined where there is none of that name. */
function missingBridge(
  effect: PlannedEffect,
  socket: RouteSocket,
  tap: TapState,
): { readonly name: string; readonly index: number | undefined } | undefined {
  const { bridge } = effect.spec as TapSpec;
  if (bridge === undefined) return undefined;
  const index = socket.links().find(({ name }) => name === bridge)?.index;
  return index !== undefined && index === tap.master ? undefined : { name: bridge, index };
}

function whatItIs(effect: PlannedEffect): string {
  const { netns, device, bridge } = effect.spec as TapSpec;
  return `TAP ${device}${netns === undefined ? '' : ` in ${netns}`}${bridge === undefined ? '' : ` in ${bridge}`}`;
}

/** Addresses that we gave it earlier and that are wanted no longer; what others added is left alone. */
function staleAddresses(effect: PlannedEffect, tap: TapState, journal: JournalView): readonly string[] {
  const { addresses } = effect.spec as TapSpec;
  const recorded = journal.recorded(effectId(effect));
  const given = [recorded?.effect, recorded?.previous].flatMap(
    (one) => (one?.spec as TapSpec | undefined)?.addresses ?? [],
  );
  return [...new Set(given)].filter(
    (address) => !addresses.includes(address) && tap.addresses.includes(address),
  );
}
