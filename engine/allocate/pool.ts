import type { Problem } from '../model/problem.ts';
import {
  capacityOf,
  formatAddress,
  formatSubnet,
  isHost,
  parseAddress,
  parseSubnet,
  type Subnet,
} from './ip4.ts';

/** Who on the control net a lease is for. */
export interface PoolKey {
  readonly experiment: string;
  readonly node: string;
}

/** An address of the control net, held until it is released. */
export interface PoolLease extends PoolKey {
  readonly address: string;
  /** Bits of the netmask. */
  readonly prefix: number;
  /** Locally administered: `06:00:` and the four bytes of the address. */
  readonly mac: string;
}

/** All leases of a pool, as plain JSON. */
export interface PoolState {
  readonly leases: readonly PoolLease[];
}

export interface Pool {
  /** Such as `192.168.144.0/20`. */
  readonly network: string;
  /** Addresses that are nobody's to claim, besides network and broadcast address: the network's first host unless said. */
  readonly excluded?: readonly string[];
}

/** Either every key has a lease (`leases` in the order of the keys), or nothing has changed and `problem` says why. */
export type ClaimResult =
  | { readonly state: PoolState; readonly leases: readonly PoolLease[]; readonly problem?: never }
  | { readonly state: PoolState; readonly leases?: never; readonly problem: Problem };

/**
 * Claims one address per key, lowest free first. A key that holds a lease keeps it, whatever the pool is now.
 * All or nothing.
 */
export function claim(state: PoolState, keys: readonly PoolKey[], pool: Pool): ClaimResult {
  const network = parseSubnet(pool.network);
  if (!network) return { state, problem: malformed(pool.network) };
  const excluded = pool.excluded ?? [formatAddress(network.base + 1)];
  const bad = excluded.find((text) => parseAddress(text) === undefined);
  if (bad !== undefined) return { state, problem: malformed(bad) };
  const taken = new Set([...excluded, ...state.leases.map((lease) => lease.address)].map(parseAddress));
  const held = new Map(state.leases.map((lease) => [keyText(lease), lease]));
  const added: PoolLease[] = [];
  let next = network.length >= 31 ? network.base : network.base + 1;
  for (const key of keys) {
    if (held.has(keyText(key))) continue;
    while (taken.has(next)) next++;
    if (!isHost(network, next)) return { state, problem: exhausted(state, network, keys) };
    const lease = leaseOf(key, next++, network.length);
    held.set(keyText(key), lease);
    added.push(lease);
  }
  return {
    state: added.length === 0 ? state : { leases: [...state.leases, ...added] },
    leases: keys.map((key) => held.get(keyText(key))!),
  };
}

/** The state without the leases of these keys; keys that hold none are ignored. */
export function release(state: PoolState, keys: readonly PoolKey[]): PoolState {
  const gone = new Set(keys.map(keyText));
  return { leases: state.leases.filter((lease) => !gone.has(keyText(lease))) };
}

/** What an experiment, or one of its nodes, holds. */
export function listLeases(
  state: PoolState,
  key: { readonly experiment: string; readonly node?: string },
): readonly PoolLease[] {
  return state.leases.filter(
    ({ experiment, node }) => experiment === key.experiment && (key.node === undefined || node === key.node),
  );
}

function leaseOf({ experiment, node }: PoolKey, address: number, prefix: number): PoolLease {
  const bytes = [24, 16, 8, 0].map((shift) => ((address >>> shift) & 255).toString(16).padStart(2, '0'));
  return { experiment, node, address: formatAddress(address), prefix, mac: `06:00:${bytes.join(':')}` };
}

function keyText({ experiment, node }: PoolKey): string {
  return `${experiment}\n${node}`;
}

function exhausted(state: PoolState, network: Subnet, keys: readonly PoolKey[]): Problem {
  const counts = new Map<string, number>();
  for (const { experiment } of state.leases) counts.set(experiment, (counts.get(experiment) ?? 0) + 1);
  const holders = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} holds ${count}`);
  return {
    code: 'pool-exhausted',
    message:
      `the control-net pool ${formatSubnet(network)} (${capacityOf(network.length)} addresses) has none left for ` +
      `${keys.length} nodes of ${keys[0]?.experiment ?? 'nobody'}: ${holders.join(', ') || 'nothing is held'}`,
    hint: 'take down an experiment that is not needed, or give boss a wider pool',
  };
}

function malformed(text: string): Problem {
  return {
    code: 'invalid-pool',
    message: `${JSON.stringify(text)} is no IPv4 network or address`,
    hint: 'write a.b.c.d/len',
  };
}
