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

const LIMIT = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';

/** How many the kernel remembers; unlimited where that cannot be seen: it shows its limit in its first network namespace only. */
export function neighbourLimit(): number {
  return existsSync(LIMIT) ? Number(readFileSync(LIMIT, 'utf8')) : Infinity;
}
