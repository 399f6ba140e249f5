import type { PackingWishes } from '../../model/packing.ts';
import type { Topology } from '../../model/topology.ts';
import { graphOf } from './graph-of.ts';
import type { Hypergraph } from './hypergraph.ts';
import { partition } from './partition.ts';
import { joinParts } from './join-parts.ts';
import { partsFor, wishOf } from './wishes.ts';
import type { PassWish } from './wishes.ts';

/** A node that is to be packed. */
export interface PackedNode {
  readonly name: string;
  readonly pass: number;
  /** Only nodes of one group and pass share a pnode; without a group, the node shares with none. */
  readonly group?: string;
}

export interface PackOptions {
  readonly wishes: PackingWishes;
  /** Node -> partition of an earlier run: kept as long as it is what is asked for. */
  readonly earlier: ReadonlyMap<string, string>;
  /** Names of partitions that are not to be had. */
  readonly taken: readonly string[];
}

export interface Packed {
  /** Node -> partition. */
  readonly partitions: ReadonlyMap<string, string>;
  /** How many nodes are where an earlier run put them. */
  readonly kept: number;
  /** How many partitions more there are than there would be without what was kept. */
  readonly spare: number;
}

/**
 * Puts nodes into partitions, pass by pass in ascending order, each pass by itself. Partitions are numbers as text, the
 * least that are free.
 */
export function pack(topology: Topology, nodes: readonly PackedNode[], options: PackOptions): Packed {
  const { wishes, earlier } = options;
  const partitions = new Map<string, string>();
  const used = new Set(options.taken);
  const waiting: (readonly [readonly string[], Int32Array])[] = [];
  let kept = 0;
  let spare = 0;
  const keep = (name: string, id: string): void => {
    partitions.set(name, id);
    used.add(id);
    kept += 1;
  };
  for (const { pass, names } of batches(nodes)) {
    const wish = pass === undefined ? ALONE : wishOf(pass, wishes);
    const graph = graphOf(topology, names);
    const known = new Map(names.flatMap((name) => entry(name, earlier.get(name), used)));
    const ids = [...new Set(known.values())];
    const old = Int32Array.from(names, (name) => ids.indexOf(known.get(name) ?? ''));
    if (!isStill(old, ids.length, wish)) {
      waiting.push([names, divide(graph, wish)]);
      continue;
    }
    const part = joinParts(graph, old, { parts: ids.length, wish });
    names.forEach((name, at) => {
      if (old[at]! >= 0) keep(name, ids[old[at]!]!);
      else if (part[at]! < ids.length) partitions.set(name, ids[part[at]!]!);
    });
    const rest = names.filter((_, at) => part[at]! >= ids.length);
    const further = part.filter((one) => one >= ids.length);
    spare += Math.max(0, ids.length + new Set(further).size - partsFor(names.length, wish).parts);
    if (rest.length > 0) waiting.push([rest, further]);
  }
  number(waiting, used, partitions);
  return { partitions, kept, spare };
}

const ALONE: PassWish = { factor: 1, nodesOnly: false };

function entry(
  name: string,
  id: string | undefined,
  used: ReadonlySet<string>,
): readonly (readonly [string, string])[] {
  return id === undefined || used.has(id) ? [] : [[name, id]];
}

/** Nodes that may share pnodes, in ascending order of passes; those that share with none come together, at last. */
function batches(
  nodes: readonly PackedNode[],
): readonly { readonly pass?: number; readonly names: readonly string[] }[] {
  const groups = new Map<string, { pass?: number; group: string; names: string[] }>();
  for (const { name, pass, group } of nodes) {
    const key = group === undefined ? '' : `${pass}\n${group}`;
    const found = groups.get(key);
    if (found) found.names.push(name);
    else groups.set(key, { ...(group !== undefined && { pass }), group: group ?? '', names: [name] });
  }
  const order = (pass: number | undefined): number => pass ?? Infinity;
  return [...groups.values()].sort((a, b) => {
    if (order(a.pass) !== order(b.pass)) return order(a.pass) - order(b.pass);
    return a.group < b.group ? -1 : Number(a.group > b.group);
  });
}

/** Whether earlier parts are something that could be asked for now. */
function isStill(old: Int32Array, parts: number, wish: PassWish): boolean {
  if (parts === 0) return false;
  const wanted = Math.min(wish.size ?? parts, old.length);
  const largest = wish.size === undefined ? wish.factor : Infinity;
  return parts === wanted && sizesOf(old, parts).every((size) => size <= largest);
}

function divide(graph: Hypergraph, wish: PassWish): Int32Array {
  return partition(graph, partsFor(graph.weight.length, wish));
}

/** Numbers new parts as they come up, pass by pass. */
function number(
  waiting: readonly (readonly [readonly string[], Int32Array])[],
  used: Set<string>,
  partitions: Map<string, string>,
): void {
  let next = 0;
  for (const [names, part] of waiting) {
    const ids = new Map<number, string>();
    names.forEach((name, at) => {
      if (!ids.has(part[at]!)) {
        while (used.has(String(next))) next += 1;
        ids.set(part[at]!, String(next));
        used.add(String(next));
      }
      partitions.set(name, ids.get(part[at]!)!);
    });
  }
}

/** How many vertices each part has. */
function sizesOf(part: Int32Array, parts: number): readonly number[] {
  const sizes = new Array<number>(parts).fill(0);
  for (const one of part) if (one >= 0) sizes[one]! += 1;
  return sizes;
}
