import type { NextHopSets } from './next-hop-sets.ts';
import type { PrefixTrie } from './prefix-trie.ts';
import type { RouteTable } from './route-table.ts';

/**
 * Finds the smallest table in which longest-prefix match gives every leaf a next hop out of its set. Leaves that may
 * be anything (all ones) and holes between leaves take what covers them; an unreachable leaf gets a route only where
 * something would cover it. No route is made at a `blocked` entry; each child of one stands alone. Of equally good
 * next hops the one that serves most leaves of this node wins, then the lowest address. `mostWords` bounds the sets.
 *
 * Source: Draves, King, Venkatachary, Zill, "Constructing Optimal IP Routing Tables" (ORTC), INFOCOM 1999.
 */
export function createTableBuilder(
  trie: PrefixTrie,
  blocked: Uint8Array,
  mostWords: number,
): (found: NextHopSets) => RouteTable {
  const { size } = trie;
  const scratch: Scratch = {
    after: ends(trie),
    blocked,
    any: new Int32Array(size * mostWords),
    all: new Int32Array(size * mostWords),
    choice: new Int32Array(size),
    route: new Int32Array(size),
  };
  return (found) => {
    const { hops } = found;
    const uses = new Int32Array(found.words * 32);
    mergeUp(trie, found, scratch, uses);
    const rank = Array.from(hops.keys()).sort((a, b) => uses[b]! - uses[a]! || hops[a]! - hops[b]!);
    rank.push(hops.length);
    const count = chooseDown(trie, found.words, scratch, Int32Array.from(rank));
    const table = {
      count,
      base: new Uint32Array(count),
      length: new Uint8Array(count),
      via: new Uint32Array(count),
    };
    for (let at = 0; at < count; at++) {
      const entry = scratch.route[at]!;
      table.base[at] = trie.base[entry]!;
      table.length[at] = trie.length[entry]!;
      table.via[at] = hops[scratch.choice[entry]!] ?? 0;
    }
    return table;
  };
}

interface Scratch {
  /** Per entry, the one that follows its subtree. */
  readonly after: Int32Array;
  readonly blocked: Uint8Array;
  /** Per entry the next hops with which the table below is smallest. */
  readonly any: Int32Array;
  /** Per entry the next hops that suit every leaf below. */
  readonly all: Int32Array;
  /** Per visited entry the next hop in force. */
  readonly choice: Int32Array;
  /** The entries where a route is made. */
  readonly route: Int32Array;
}

function mergeUp(
  { size, leaf, right }: PrefixTrie,
  found: NextHopSets,
  scratch: Scratch,
  uses: Int32Array,
): void {
  const { any, all } = scratch;
  const { words, sets } = found;
  for (let entry = size - 1; entry >= 0; entry--) {
    const to = entry * words;
    const from = leaf[entry]! * words;
    if (from >= 0) {
      for (let w = 0; w < words; w++) {
        const set = sets[from + w]!;
        any[to + w] = set;
        all[to + w] = set;
        if (set !== 0) countUses(set, w * 32, uses);
      }
    } else {
      merge(any, all, to, right[entry]! * words, words);
    }
  }
}

/** Adds one to the use of every next hop in a word of a set. */
function countUses(set: number, first: number, uses: Int32Array): void {
  for (let rest = set; rest !== 0; rest &= rest - 1) uses[first + 31 - Math.clz32(rest & -rest)]!++;
}

/** What both children have in common, else all that either has. */
function merge(any: Int32Array, all: Int32Array, to: number, b: number, words: number): void {
  let common = 0;
  for (let w = 0, a = to + words; w < words; w++, a++) {
    const both = any[a]! & any[b + w]!;
    common |= both;
    any[to + w] = both;
    all[to + w] = all[a]! & all[b + w]!;
  }
  if (common !== 0) return;
  for (let w = 0, a = to + words; w < words; w++, a++) any[to + w] = any[a]! | any[b + w]!;
}

/** Walks down, leaving out subtrees that what is in force suits; returns the number of routes. */
function chooseDown({ size, parent }: PrefixTrie, words: number, scratch: Scratch, rank: Int32Array): number {
  const { any, all, after, blocked, choice, route } = scratch;
  const none = rank.length - 1;
  let count = 0;
  for (let entry = 0; entry < size;) {
    const above = parent[entry]!;
    const start = entry * words;
    let best = above === -1 ? none : choice[above]!;
    if (blocked[entry] === 1) {
      best = none;
    } else if (!has(any, start, best)) {
      let at = 0;
      while (!has(any, start, rank[at]!)) at++;
      best = rank[at]!;
      route[count++] = entry;
    }
    choice[entry] = best;
    entry = has(all, start, best) ? after[entry]! : entry + 1;
  }
  return count;
}

function has(sets: Int32Array, start: number, bit: number): boolean {
  return ((sets[start + (bit >>> 5)]! >>> (bit & 31)) & 1) === 1;
}

function ends({ size, right }: PrefixTrie): Int32Array {
  const result = new Int32Array(size);
  for (let entry = size - 1; entry >= 0; entry--) {
    result[entry] = right[entry] === -1 ? entry + 1 : result[right[entry]!]!;
  }
  return result;
}
