import { existsSync, readFileSync } from 'node:fs';
import type { VNode } from '../../model/vnode.ts';

/** How many entries the kernel's neighbour table, which all namespaces share, gets if all on a substrate talk to each other. */
export function neighbourCount(nodes: readonly Pick<VNode, 'interfaces'>[]): number {
  const members = new Map<string, number>();
  for (const { interfaces } of nodes) {
    for (const { substrate } of interfaces) members.set(substrate, (members.get(substrate) ?? 0) + 1);
  }
  return [...members.values()].reduce((sum, count) => sum + count * (count - 1), 0);
}

/**
 * How many frames ARP floods substrates with for one request on average, if everybody pings everybody: each pair of
 * neighbours asks once, and all on the substrate get the question.
 */
export function floodPerRequest(nodes: readonly Pick<VNode, 'interfaces'>[]): number {
  const members = new Map<string, number>();
  let addresses = 0;
  for (const { interfaces } of nodes) {
    addresses += interfaces.length;
    for (const { substrate } of interfaces) members.set(substrate, (members.get(substrate) ?? 0) + 1);
  }
  const frames = [...members.values()].reduce((sum, count) => sum + (count * count * (count - 1)) / 2, 0);
  return frames / Math.max(1, addresses * (nodes.length - 1));
}

const LIMIT = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';

/** How many the kernel remembers; unlimited where that cannot be seen: it shows its limit in its first network namespace only. */
export function neighbourLimit(): number {
  return existsSync(LIMIT) ? Number(readFileSync(LIMIT, 'utf8')) : Infinity;
}
