import { maskOf, overlaps, type Subnet } from './ip4.ts';

/**
 * A binary trie of disjoint networks without its one-way branches. Entries are in preorder: a parent precedes its
 * children, a left subtree its right one, so that entries are sorted by first address, wider ones first.
 */
export interface PrefixTrie {
  readonly size: number;
  readonly base: Uint32Array;
  readonly length: Uint8Array;
  /** -1 for the root. */
  readonly parent: Int32Array;
  /** The left child of an inner entry e is e + 1; this is the right one. -1 for a leaf. */
  readonly right: Int32Array;
  /** The position of a leaf's network in the input; -1 for an inner entry. */
  readonly leaf: Int32Array;
}

/** Builds the trie. Throws a RangeError where two networks overlap. */
export function buildTrie(networks: readonly Subnet[]): PrefixTrie {
  const order = networks.map((_, position) => position).sort((a, b) => networks[a]!.base - networks[b]!.base);
  const size = Math.max(0, 2 * networks.length - 1);
  const trie = {
    size,
    base: new Uint32Array(size),
    length: new Uint8Array(size),
    parent: new Int32Array(size).fill(-1),
    right: new Int32Array(size).fill(-1),
    leaf: new Int32Array(size).fill(-1),
  };
  let used = 0;
  const add = (from: number, to: number, parent: number): number => {
    const entry = used++;
    const first = networks[order[from]!]!;
    trie.parent[entry] = parent;
    trie.base[entry] = first.base;
    trie.length[entry] = first.length;
    if (to - from === 1) {
      trie.leaf[entry] = order[from]!;
      return entry;
    }
    const length = Math.clz32(first.base ^ networks[order[to - 1]!]!.base);
    trie.base[entry] = (first.base & maskOf(length)) >>> 0;
    trie.length[entry] = length;
    const middle = trie.base[entry] + 2 ** (31 - length);
    const split = firstAtLeast(networks, order, from, to, middle);
    add(from, split, entry);
    trie.right[entry] = add(split, to, entry);
    return entry;
  };
  for (let at = 1; at < order.length; at++) {
    if (overlaps(networks[order[at - 1]!]!, networks[order[at]!]!)) throw new RangeError('networks overlap');
  }
  if (size > 0) add(0, order.length, -1);
  return trie;
}

function firstAtLeast(
  networks: readonly Subnet[],
  order: readonly number[],
  from: number,
  to: number,
  address: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (networks[order[middle]!]!.base < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
