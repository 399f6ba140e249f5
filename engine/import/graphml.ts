import type { Findings } from '../topdl/findings.ts';
import { type Suggest, suggester } from '../topdl/suggest.ts';
import { childNodes, readXml, type XmlNode } from '../topdl/xml.ts';
import type { GraphEdge, GraphNode, ImportedGraph } from './graph.ts';
import { type Keys, local, readData, readKeys } from './graphml-data.ts';
import { readPosition, readSpeed } from './graphml-values.ts';

/**
 * Reads GraphML as the Internet Topology Zoo has it: its published files (attributes `label`, `Latitude`, `Longitude`,
 * `LinkSpeedRaw`, `hyperedge`) and the sources drawn in yEd (labels in the graphics). Other programs' GraphML is
 * read by the same names. GraphML's own `<hyperedge>` becomes a hub with a leg to each of its endpoints.
 *
 * @throws UserError with everything that is wrong in the file, by line.
 */
export function readGraphml(text: string, file: string): ImportedGraph {
  const { root, findings: found } = readXml(text, file, { name: 'GraphML', root: 'graphml' });
  if (local(root.tag) !== 'graphml') {
    const topdl = root.tag === 'experiment' || root.tag === 'topology';
    const hint = topdl
      ? 'this is TopDL already: up, plan and check take it'
      : 'the root of GraphML is <graphml>';
    found.add(root.offset, 'not-graphml', `this is not GraphML: its root is <${root.tag}>`, hint);
    found.throwIfAny();
  }
  const keys = readKeys(root);
  const context: Context = { keys, found, suggest: suggester(), ids: new Set() };
  const graph = onlyGraph(root, found);
  const parts = childNodes(graph);
  const nodes = parts.filter(({ tag }) => local(tag) === 'node').map((node) => readNode(context, node));
  const hyperedges = parts.filter(({ tag }) => local(tag) === 'hyperedge');
  const hubs = hyperedges.map((node, index) => readHyperedge(context, node, index));
  const edges = parts.filter(({ tag }) => local(tag) === 'edge').map((node) => readEdge(context, node));
  found.throwIfAny();
  return {
    form: 'graphml',
    nodes: [...nodes, ...hubs.map(({ hub }) => hub)],
    edges: [...edges, ...hubs.flatMap(({ legs }) => legs)],
    notes: [],
  };
}

interface Context {
  readonly keys: Keys;
  readonly found: Findings;
  readonly suggest: Suggest;
  /** Of the nodes so far. */
  readonly ids: Set<string>;
}

function onlyGraph(root: XmlNode, found: Findings): XmlNode {
  const graphs = childNodes(root).filter(({ tag }) => local(tag) === 'graph');
  if (graphs.length === 0)
    found.add(
      root.offset,
      'no-graph',
      'there is no <graph> in the file',
      'add <graph>, with nodes and edges',
    );
  if (graphs.length > 1) {
    const hint = 'keep one of them in the file';
    found.add(graphs[1]!.offset, 'several-graphs', `there are ${graphs.length} graphs in the file`, hint);
  }
  found.throwIfAny();
  return graphs[0]!;
}

function readNode(context: Context, node: XmlNode): GraphNode {
  const { keys, found, ids } = context;
  const id = node.xmlAttributes?.['id'] ?? '';
  if (id === '') found.add(node.offset, 'no-id', 'this node has no id', 'write <node id="n0">');
  else if (ids.has(id))
    found.add(node.offset, 'duplicate-id', `there is more than one node "${id}"`, 'give each its own id');
  if (id !== '') ids.add(id);
  const group = childNodes(node).find(({ tag }) => local(tag) === 'graph');
  if (group) {
    const message = `the node "${id}" holds a graph of its own`;
    found.add(
      group.offset,
      'nested-graph',
      message,
      'ungroup it in the editor: a link needs nodes at its ends',
    );
  }
  const data = readData(node, 'node', keys, found);
  const label = data.value('label') ?? data.value('name') ?? data.drawn('NodeLabel');
  const at = readPosition(data, `the node "${id}"`, found);
  return {
    id,
    ...(label === undefined ? {} : { label }),
    hub: /^(?:true|1)$/i.test(data.value('hyperedge') ?? ''),
    ...(at ? { at } : {}),
  };
}

function readEdge(context: Context, node: XmlNode): GraphEdge {
  const { source, target } = node.xmlAttributes ?? {};
  checkEnd(context, node, 'source', source);
  checkEnd(context, node, 'target', target);
  const data = readData(node, 'edge', context.keys, context.found);
  return { source: source!, target: target!, ...readSpeed(data, context.found), attributes: [] };
}

function readHyperedge(
  context: Context,
  node: XmlNode,
  index: number,
): { readonly hub: GraphNode; readonly legs: readonly GraphEdge[] } {
  const wish = node.xmlAttributes?.['id'] ?? `hyperedge-${index}`;
  const id = context.ids.has(wish) ? `hyperedge ${index} ${wish}` : wish;
  const ends = childNodes(node).filter(({ tag }) => local(tag) === 'endpoint');
  const legs = ends.map((end) => {
    const target = end.xmlAttributes?.['node'];
    checkEnd(context, end, 'node', target);
    return { source: id, target: target!, attributes: [] };
  });
  return { hub: { id, hub: true }, legs };
}

function checkEnd(
  { found, ids, suggest }: Context,
  node: XmlNode,
  name: string,
  id: string | undefined,
): void {
  const what = `this ${local(node.tag)}`;
  if (id === undefined) {
    found.add(node.offset, 'no-end', `${what} has no ${name}`, `write ${name}="ID", with the id of a node`);
  } else if (!ids.has(id)) {
    const hint = ids.size === 0 ? 'there are no nodes in the graph' : `known: ${suggest(id, [...ids])}`;
    found.add(node.offset, 'unknown-node', `${what} ends at the node "${id}", which does not exist`, hint);
  }
}
