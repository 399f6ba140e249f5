import type { PnodeSetting } from '../../model/packing.ts';

/** What a partition takes of a pnode. */
export interface Demand {
  readonly partition: string;
  readonly nodes: number;
  /** MiB. */
  readonly memory: number;
  readonly cores: number;
  /** Substrates that lead out of it. */
  readonly interfaces: number;
  /** The platforms of its nodes. */
  readonly platforms: readonly string[];
}

/** Something that a pnode has too little of. */
export interface Shortage {
  readonly resource: 'memory' | 'cores' | 'interfaces' | 'platforms';
  readonly needed: string;
  readonly has: string;
}

export interface Embedded {
  /** Partition -> name of a pnode of the list; without those that found none. */
  readonly hosts: ReadonlyMap<string, string>;
  /** In order. */
  readonly failed: readonly Demand[];
}

/**
 * Gives every partition a pnode of its own that can hold it. Those of an earlier run are kept, unless others would find
 * none then; as many find one as is possible at all.
 */
export function embed(
  demands: readonly Demand[],
  list: readonly PnodeSetting[],
  earlier: ReadonlyMap<string, string>,
): Embedded {
  const fits = demands.map((demand) =>
    list.flatMap((pnode, at) => (lacksOf(demand, pnode).length === 0 ? [at] : [])),
  );
  const holder = new Int32Array(list.length).fill(-1);
  const settled = new Uint8Array(demands.length);
  demands.forEach(({ partition }, at) => {
    const host = list.findIndex(({ name }) => name === earlier.get(partition));
    if (host < 0 || holder[host]! >= 0 || !fits[at]!.includes(host)) return;
    holder[host] = at;
    settled[at] = 1;
  });
  const waiting = [...demands.keys()].filter((at) => !settled[at]);
  // Others than those of an earlier run may make room; if that is not enough, these too.
  const failed = waiting.filter((at) => !place(at, { fits, holder, fixed: settled, seen: new Set() }));
  const still = failed.filter(
    (at) => !place(at, { fits, holder, fixed: new Uint8Array(demands.length), seen: new Set() }),
  );
  const hosts = new Map<string, string>();
  holder.forEach((at, host) => {
    if (at >= 0) hosts.set(demands[at]!.partition, list[host]!.name);
  });
  return { hosts, failed: still.map((at) => demands[at]!) };
}

/** What a pnode lacks for a partition. */
export function lacksOf(demand: Demand, pnode: PnodeSetting): readonly Shortage[] {
  const { memory = Infinity, cores = Infinity, interfaces = Infinity, platforms } = pnode;
  const strange = platforms ? demand.platforms.filter((one) => !platforms.includes(one)) : [];
  const lacks: Shortage[] = [];
  const compare = (resource: Shortage['resource'], needed: number, has: number, unit: string): void => {
    if (needed > has + 1e-9)
      lacks.push({ resource, needed: `${amount(needed)}${unit}`, has: `${amount(has)}${unit}` });
  };
  compare('memory', demand.memory, memory, ' MiB');
  compare('cores', demand.cores, cores, '');
  compare('interfaces', demand.interfaces, interfaces, '');
  if (strange.length > 0)
    lacks.push({ resource: 'platforms', needed: strange.join(', '), has: platforms!.join(', ') });
  return lacks;
}

interface Matching {
  readonly fits: readonly (readonly number[])[];
  /** Pnode -> partition. */
  readonly holder: Int32Array;
  /** Partitions that make no room. */
  readonly fixed: Uint8Array;
  readonly seen: Set<number>;
}

/** Finds a pnode for a partition; others move on to other pnodes where that helps. */
function place(at: number, matching: Matching): boolean {
  const { fits, holder, fixed, seen } = matching;
  const free = fits[at]!.find((host) => holder[host]! < 0);
  if (free !== undefined) {
    holder[free] = at;
    return true;
  }
  for (const host of fits[at]!) {
    if (seen.has(host) || fixed[holder[host]!]) continue;
    seen.add(host);
    if (!place(holder[host]!, matching)) continue;
    holder[host] = at;
    return true;
  }
  return false;
}

function amount(value: number): string {
  return String(Math.round(value * 100) / 100);
}
