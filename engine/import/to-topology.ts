import type { Attribute, Interface, Substrate, Topology } from '../model/topology.ts';
import type { GraphNode, ImportedGraph, ImportNote } from './graph.ts';
import { nameLans } from './name-lans.ts';
import { nameNodes } from './name-nodes.ts';
import { interfaceNamer, linkName, nodeNamer, substrateNamer } from './names.ts';
import { reportOn } from './report.ts';
import { sortEdges } from './sort-edges.ts';
import { type Defaults, type Origins, type Quality, valuesOf } from './values.ts';

export interface ImportOptions extends Defaults {
  /** Of every node. */
  readonly platform?: string;
}

/** What an import came to. */
export interface Imported {
  readonly topology: Topology;
  readonly nodes: number;
  /** Substrates of two nodes, one for each such edge of the file. */
  readonly links: number;
  /** Substrates that hubs became. */
  readonly lans: number;
  readonly interfaces: number;
  /** How many parts no link connects; nodes without any are not counted. */
  readonly parts: number;
  /** Of links, and of legs of LANs. */
  readonly rates: Origins;
  readonly delays: Origins;
  readonly notes: readonly ImportNote[];
}

/**
 * The topology that a graph is. Each edge between two nodes is a substrate with its capacity and delay. A hub is a
 * substrate without either: those of its legs are on the interfaces, so that it takes the delay of two legs from
 * one member to another. The same graph gives the same topology.
 */
export function toTopology(graph: ImportedGraph, options: ImportOptions): Imported {
  const machines = graph.nodes.filter(({ hub }) => !hub);
  const { byId, notes: naming } = nameNodes(machines, nodeNamer());
  const nameOf = (id: string): string => byId.get(id) ?? id;
  const sorted = sortEdges(graph);
  const names = substrateNamer();
  const values = valuesOf(graph, options);
  const ports = new Map(machines.map(({ id }) => [id, portsOf()]));
  const order = new Map(machines.map(({ id }, index) => [id, index]));

  const links = sorted.links.map((edge) => {
    const backwards = order.get(edge.source)! > order.get(edge.target)!;
    const [one, other] = backwards ? [edge.target, edge.source] : [edge.source, edge.target];
    const name = names.give(linkName(nameOf(one), nameOf(other)));
    ports.get(one)!.add(nameOf(other), name);
    ports.get(other)!.add(nameOf(one), name);
    return substrate(name, values.of(edge), edge.attributes);
  });
  const lanNames = nameLans(sorted.lans, names);
  const lans = sorted.lans.flatMap(({ legs }, index) => {
    const name = lanNames[index]!;
    for (const { node, edge } of legs) ports.get(node)!.add(name, name, values.of(edge), edge.attributes);
    return legs.length === 0 ? [] : [substrate(name, {}, [])];
  });
  const { parts, notes } = reportOn({ machines, sorted, nameOf, lanNames });
  const elements = machines.map((node) => ({
    type: 'computer' as const,
    name: nameOf(node.id),
    interfaces: ports.get(node.id)!.list,
    attributes: nodeAttributes(node, nameOf(node.id), options),
    rest: [],
  }));
  return {
    topology: {
      root: 'experiment',
      version: '1.0',
      substrates: [...links, ...lans],
      elements,
      fragments: [],
      namemaps: [],
      attributes: [],
      unknown: [],
    },
    nodes: machines.length,
    links: links.length,
    lans: lans.length,
    interfaces: elements.reduce((sum, { interfaces }) => sum + interfaces.length, 0),
    parts,
    ...values.origins(),
    notes: [...graph.notes, ...naming, ...notes],
  };
}

/** A node's interfaces, and how it gets another. */
interface Ports {
  readonly list: readonly Interface[];
  add(towards: string, substrate: string, quality?: Quality, attributes?: readonly Attribute[]): void;
}

function portsOf(): Ports {
  const names = interfaceNamer();
  const list: Interface[] = [];
  return {
    list,
    add(towards, on, quality = {}, attributes = []) {
      list.push({ name: names.give(towards), substrates: [on], ...quality, attributes, rest: [] });
    },
  };
}

function substrate(name: string, quality: Quality, attributes: readonly Attribute[]): Substrate {
  return { name, ...quality, attributes, rest: [] };
}

/** The platform that was asked for, and the label where the name is another. */
function nodeAttributes(
  { label }: GraphNode,
  name: string,
  { platform }: ImportOptions,
): readonly Attribute[] {
  return [
    ...(platform === undefined ? [] : [{ name: 'containers:node_type', value: platform }]),
    ...(label === undefined || label === name ? [] : [{ name: 'import:label', value: label }]),
  ];
}
