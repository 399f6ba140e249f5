import type { Graph } from './graph.ts';

/** All shortest next hops from one node to every substrate. Valid until the next search with the same searcher. */
export interface NextHopSets {
  /** Addresses of the neighbours that forward; bit i of a set means the i-th. Bit `hops.length` means unreachable. */
  readonly hops: Uint32Array;
  /** 32 bit words per set. */
  readonly words: number;
  /** The set of substrate s is words `s * words` to `(s + 1) * words`. All ones where the node is attached. */
  readonly sets: Int32Array;
}

export interface Searcher {
  readonly search: (node: number) => NextHopSets;
  /** The most words a set of any node has. */
  readonly mostWords: number;
}

/**
 * Breadth-first searches over a graph, sharing their buffers. Distance is counted in substrates crossed; every member
 * of a set begins a shortest path, so any choice at each node makes the distance fall by one: no loops.
 */
export function createSearcher(graph: Graph): Searcher {
  const nodeCount = graph.nodes.length;
  const substrateCount = graph.substrates.length;
  const routers = routersOf(graph);
  const mostWords = (mostHops(graph, routers.start) >>> 5) + 1;
  const narrow = Math.max(nodeCount, substrateCount) < 2 ** 15;
  const nodes = createSide(graph.nodeStart, graph.memberSubstrate, nodeCount, mostWords, narrow);
  const substrates = createSide(routers.start, routers.nodes, substrateCount, mostWords, narrow);

  const search = (source: number): NextHopSets => {
    nodes.level.fill(-1);
    substrates.level.fill(-1);
    nodes.level[source] = 0;
    const { hops, owners } = firstHops(graph, source, substrates.level);
    const words = (hops.length >>> 5) + 1;
    let frontier = 0;
    for (const [hop, owner] of owners.entries()) {
      const start = owner * words;
      if (nodes.level[owner] === -1) {
        nodes.level[owner] = 1;
        nodes.queue[frontier++] = owner;
        nodes.sets.fill(0, start, start + words);
      }
      nodes.sets[start + (hop >>> 5)]! |= 1 << (hop & 31);
    }
    for (let level = 1; frontier > 0; level++) {
      const crossed = spread(nodes, frontier, substrates, level, words);
      frontier = spread(substrates, crossed, nodes, level + 1, words);
    }
    const { level, sets } = substrates;
    for (let substrate = 0; substrate < substrateCount; substrate++) {
      if (level[substrate]! > 0) continue;
      const start = substrate * words;
      sets.fill(level[substrate] === 0 ? -1 : 0, start, start + words);
      if (level[substrate] === -1) sets[start + words - 1]! |= 1 << (hops.length & 31);
    }
    return { hops: Uint32Array.from(hops), words, sets };
  };
  return { search, mostWords };
}

/** 16 bits where all numbers fit: a search is bound by the cache, and takes two thirds of the time then. */
type Numbers = Int16Array | Int32Array;

/** Nodes or substrates: what each touches on the other side, and the state of a search. */
interface Side {
  readonly start: Int32Array;
  readonly touches: Numbers;
  readonly level: Numbers;
  /** The frontier only. */
  readonly queue: Numbers;
  readonly sets: Int32Array;
}

function createSide(
  start: Int32Array,
  touches: Int32Array,
  count: number,
  words: number,
  narrow: boolean,
): Side {
  const NumberArray = narrow ? Int16Array : Int32Array;
  return {
    start,
    touches: NumberArray.from(touches),
    level: new NumberArray(count),
    queue: new NumberArray(count),
    sets: new Int32Array(count * words),
  };
}

/** Hands the sets of the frontier on to what it touches and was not seen on a lower level; returns the new frontier. */
function spread(from: Side, frontier: number, to: Side, level: number, words: number): number {
  const { start, touches, queue, sets } = from;
  const { level: levels, queue: nextQueue, sets: targets } = to;
  let tail = 0;
  for (let head = 0; head < frontier; head++) {
    const item = queue[head]!;
    const source = item * words;
    const first = sets[source]!;
    for (let at = start[item]!, last = start[item + 1]!; at < last; at++) {
      const other = touches[at]!;
      const seen = levels[other]!;
      if (seen === -1) {
        levels[other] = level;
        nextQueue[tail++] = other;
        const target = other * words;
        targets[target] = first;
        for (let w = 1; w < words; w++) targets[target + w] = sets[source + w]!;
      } else if (seen === level) {
        const target = other * words;
        targets[target]! |= first;
        for (let w = 1; w < words; w++) targets[target + w]! |= sets[source + w]!;
      }
    }
  }
  return tail;
}

/** The forwarding neighbours of a node, and their addresses. Marks the substrates it is attached to as level 0. */
function firstHops(graph: Graph, source: number, level: Numbers): { hops: number[]; owners: number[] } {
  const { nodeStart, memberNode, memberSubstrate, memberAddress, substrateStart, substrateMembers } = graph;
  const hops: number[] = [];
  const owners: number[] = [];
  for (let member = nodeStart[source]!; member < nodeStart[source + 1]!; member++) {
    const substrate = memberSubstrate[member]!;
    if (level[substrate] === 0) continue;
    level[substrate] = 0;
    for (let at = substrateStart[substrate]!; at < substrateStart[substrate + 1]!; at++) {
      const other = substrateMembers[at]!;
      const owner = memberNode[other]!;
      if (owner === source || graph.forwards[owner] === 0) continue;
      hops.push(memberAddress[other]!);
      owners.push(owner);
    }
  }
  return { hops, owners };
}

/** The nodes of each substrate that forward, substrate after substrate. */
function routersOf(graph: Graph): { readonly start: Int32Array; readonly nodes: Int32Array } {
  const { memberNode, substrateStart, substrateMembers, forwards } = graph;
  const start = new Int32Array(substrateStart.length);
  const nodes: number[] = [];
  for (let substrate = 0; substrate + 1 < start.length; substrate++) {
    for (let at = substrateStart[substrate]!; at < substrateStart[substrate + 1]!; at++) {
      const node = memberNode[substrateMembers[at]!]!;
      if (forwards[node] === 1) nodes.push(node);
    }
    start[substrate + 1] = nodes.length;
  }
  return { start, nodes: Int32Array.from(nodes) };
}

/** A bound on the neighbours of any node. */
function mostHops(graph: Graph, routerStart: Int32Array): number {
  let most = 0;
  for (let node = 0; node < graph.nodes.length; node++) {
    let hops = 0;
    for (let member = graph.nodeStart[node]!; member < graph.nodeStart[node + 1]!; member++) {
      const substrate = graph.memberSubstrate[member]!;
      hops += routerStart[substrate + 1]! - routerStart[substrate]!;
    }
    most = Math.max(most, hops);
  }
  return most;
}
