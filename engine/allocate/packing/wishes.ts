import type { PackingWishes } from '../../model/packing.ts';

/** What one pass is asked for: parts of at most `factor` nodes, or `size` parts. */
export interface PassWish {
  readonly factor: number;
  readonly size?: number;
  /** Equal numbers of nodes come before everything else. */
  readonly nodesOnly: boolean;
}

/** What a pass is asked for: its own size, the size of all, its own factor, the factor of all, in this order. */
export function wishOf(pass: number, wishes: PackingWishes): PassWish {
  const { passSize = {}, passPack = {}, passNodesOnly = [] } = wishes;
  const size = passSize[pass] ?? wishes.size;
  return {
    factor: passPack[pass] ?? wishes.packing,
    nodesOnly: wishes.nodesOnly || passNodesOnly.includes(pass),
    ...(size !== undefined && { size }),
  };
}

/** How many parts these nodes have to be in, and how large the largest may be: as METIS is asked, 3 % above the mean. */
export function partsFor(
  nodes: number,
  { factor, size, nodesOnly }: PassWish,
): { parts: number; largest: number } {
  const parts = Math.min(nodes, size ?? Math.ceil(nodes / factor));
  const even = Math.ceil(nodes / parts);
  const loose = nodesOnly ? even : Math.max(even, Math.floor((1.03 * nodes) / parts));
  return { parts, largest: size === undefined ? Math.min(factor, loose) : loose };
}
