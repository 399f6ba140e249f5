import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import type { GraphNode, ImportedGraph } from '../../engine/import/graph.ts';
import { toTopology } from '../../engine/import/to-topology.ts';
import { computers } from '../../engine/model/queries.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { writeTopdl } from '../../engine/topdl/write.ts';
import { graphs } from './_graphs.ts';

/** What XML cannot carry. */
const NOT_TEXT = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/;

describe('any graph', () => {
  test('has each link once, with its ends and its delay', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { topology, links } = toTopology(graph, { delay: 7 });
        const hubs = hubsOf(graph);
        const wanted = graph.edges
          .filter(({ source, target }) => source !== target && !hubs.has(source) && !hubs.has(target))
          .map(({ source, target, delay = 7 }) => [
            ...[position(graph, source), position(graph, target)].sort(),
            delay,
          ]);
        const got = topology.substrates
          .filter(({ latency }) => latency)
          .map(({ name, latency }) => [...membersOf(topology, name).sort(), latency!.time]);
        expect(links).toBe(wanted.length);
        expect(got.map(String).sort()).toEqual(wanted.map(String).sort());
      }),
    );
  });

  test('has a LAN where hubs were, that joins whom they joined; degrees are those of the graph', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { topology } = toTopology(graph, {});
        const hubs = hubsOf(graph);
        machines(graph).forEach((node, index) => {
          const edges = graph.edges.filter((edge) => endsAt(edge, node.id));
          const toHubs = edges.filter((edge) => hubs.has(otherEnd(edge, node.id)));
          const lans = new Set(toHubs.map((edge) => String(joined(graph, otherEnd(edge, node.id)))));
          expect(computers(topology)[index]!.interfaces).toHaveLength(
            edges.length - toHubs.length + lans.size,
          );
        });
        const wanted = new Set([...hubs].map((hub) => String(membersOfHubs(graph, joined(graph, hub)))));
        const got = topology.substrates.filter(({ name }) => !name.includes('--'));
        for (const { name } of got) expect(wanted).toContain(String(membersOf(topology, name).sort()));
      }),
    );
  });

  test('is TopDL that is read back as it is, with names that fit and are unique', () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), (graph, platform) => {
        fc.pre(!graph.nodes.some(({ label }) => NOT_TEXT.test(label ?? '')));
        const trimmed = { ...graph, nodes: graph.nodes.map(trimLabel) };
        const { topology } = toTopology(trimmed, { rate: 1000, ...(platform && { platform: 'process' }) });
        expect(parseTopdl(writeTopdl(topology, { layout: 'indented' }), 'x.xml').topology).toEqual(topology);
        const names = computers(topology).map(({ name }) => name.toLowerCase());
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^(?!\d+$)(?!localhost$)[a-z0-9_-]{1,32}$/);
        for (const { name } of topology.substrates) expect(name.length).toBeLessThanOrEqual(56);
      }),
    );
  });

  test('is the same topology again', () => {
    fc.assert(
      fc.property(graphs, (graph) =>
        expect(toTopology(graph, {})).toEqual(toTopology(structuredClone(graph), {})),
      ),
    );
  });
});

test('what a node is called does not change with other nodes before it', () => {
  const node = (id: string, label: string): GraphNode => ({ id, label, hub: false });
  const nodes = [node('n0', 'Madison'), node('n1', 'Austin'), node('n2', 'Madison'), node('n3', '?')];
  const names = (all: readonly GraphNode[]): Record<string, string> =>
    Object.fromEntries(
      toTopology({ form: 'graphml', nodes: all, edges: [], notes: [] }, {}).topology.elements.map(
        (one, index) => [all[index]!.id, one.name!],
      ),
    );
  expect(names(nodes)).toEqual({ n0: 'Madison', n1: 'Austin', n2: 'Madison-n2', n3: 'n3' });
  expect(names([node('n9', 'Boston'), ...nodes])).toMatchObject({ n2: 'Madison-n2', n3: 'n3' });
});

function hubsOf({ nodes }: ImportedGraph): ReadonlySet<string> {
  return new Set(nodes.filter(({ hub }) => hub).map(({ id }) => id));
}

function machines({ nodes }: ImportedGraph): readonly GraphNode[] {
  return nodes.filter(({ hub }) => !hub);
}

/** Machines are computers in the same order. */
function position(graph: ImportedGraph, id: string): number {
  return machines(graph).findIndex((node) => node.id === id);
}

function membersOf(topology: Parameters<typeof computers>[0], substrate: string): number[] {
  return computers(topology).flatMap(({ interfaces }, index) =>
    interfaces.filter(({ substrates }) => substrates.includes(substrate)).map(() => index),
  );
}

function endsAt({ source, target }: { source: string; target: string }, id: string): boolean {
  return source !== target && (source === id || target === id);
}

function otherEnd({ source, target }: { source: string; target: string }, id: string): string {
  return source === id ? target : source;
}

/** The hubs that one can come to from a hub over hubs alone, sorted. */
function joined(graph: ImportedGraph, hub: string): readonly string[] {
  const hubs = hubsOf(graph);
  const seen = new Set([hub]);
  for (const at of seen)
    for (const edge of graph.edges)
      if (endsAt(edge, at) && hubs.has(otherEnd(edge, at))) seen.add(otherEnd(edge, at));
  return [...seen].sort();
}

function membersOfHubs(graph: ImportedGraph, hubs: readonly string[]): readonly number[] {
  const ends = hubs.flatMap((hub) =>
    graph.edges.filter((edge) => endsAt(edge, hub)).map((edge) => otherEnd(edge, hub)),
  );
  return [...new Set(ends.filter((id) => !hubsOf(graph).has(id)).map((id) => position(graph, id)))].sort();
}

/** A label as the readers give it. */
function trimLabel(node: GraphNode): GraphNode {
  const { label, ...rest } = node;
  const text = label?.trim();
  return text ? { ...rest, label: text } : rest;
}
