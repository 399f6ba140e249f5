import { verdict } from './forwarding.ts';
import type { Graph } from './graph.ts';

/** How the way from a node ends, where it does not end at the destination. Others are a number of substrates crossed. */
export const ending = { ...verdict, notForwarding: -5, loop: -6, nobody: -7 } as const;

/** Where a way leads: a substrate, and the node that has the address if the decisions are about one address only. */
export interface Goal {
  readonly substrate: number;
  readonly owner: number | undefined;
}

/**
 * Per node, the substrates crossed until a node attached to the goal, or an `ending`. `next` is every node's decision
 * on a packet to the goal. Each node is walked once.
 */
export function walkAll(graph: Graph, next: Int32Array, goal: Goal, distances: Int32Array): Int32Array {
  const unknown = -8;
  const walking = -9;
  const result = new Int32Array(graph.nodes.length).fill(unknown);
  const trail: number[] = [];
  const step = (from: number): number => {
    const member = next[from]!;
    if (member === verdict.deliver) return distances[from] === 0 ? 0 : ending.nobody;
    if (member < 0) return member;
    const node = graph.memberNode[member]!;
    if (node === goal.owner && graph.memberSubstrate[member] === goal.substrate) return 0;
    if (node === goal.owner) return 1;
    return graph.forwards[node] === 0 ? ending.notForwarding : unknown;
  };
  for (let start = 0; start < result.length; start++) {
    let node = start;
    while (result[node] === unknown) {
      const end = step(node);
      result[node] = end === unknown ? walking : end;
      if (end !== unknown) break;
      trail.push(node);
      node = graph.memberNode[next[node]!]!;
    }
    let value = result[node] === walking ? ending.loop : result[node]!;
    while (trail.length > 0) {
      if (value >= 0) value++;
      result[trail.pop()!] = value;
    }
  }
  return result;
}

/** Per node, the fewest substrates to cross until a node attached to this one; -1 where there is no way. */
export function distancesTo(graph: Graph, substrate: number): Int32Array {
  const { nodeStart, memberNode, memberSubstrate, substrateStart, substrateMembers } = graph;
  const distances = new Int32Array(graph.nodes.length).fill(-1);
  const crossed = new Uint8Array(graph.substrates.length);
  const queue: number[] = [];
  const enter = (from: number, distance: number): void => {
    crossed[from] = 1;
    for (let at = substrateStart[from]!; at < substrateStart[from + 1]!; at++) {
      const node = memberNode[substrateMembers[at]!]!;
      if (distances[node] !== -1) continue;
      distances[node] = distance;
      queue.push(node);
    }
  };
  enter(substrate, 0);
  for (const node of queue) {
    for (let member = nodeStart[node]!; member < nodeStart[node + 1]!; member++) {
      if (crossed[memberSubstrate[member]!] === 0) enter(memberSubstrate[member]!, distances[node]! + 1);
    }
  }
  return distances;
}
