import fc from 'fast-check';
import type { GraphEdge, GraphNode, ImportedGraph } from '../../engine/import/graph.ts';

const label = fc.oneof(
  fc.constantFrom(
    'Paris',
    'paris',
    'São Paulo',
    '?',
    '10',
    'localhost',
    'a'.repeat(40),
    `${'a'.repeat(40)}b`,
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Any graph of some machines and hubs: with loops, parallel edges, joined hubs, parts, labels of all sorts. */
export const graphs: fc.Arbitrary<ImportedGraph> = fc
  .array(fc.record({ label, named: fc.boolean(), hub: fc.boolean() }), { minLength: 1, maxLength: 12 })
  .chain((made) => {
    const nodes = made.map(({ label: text, named, hub }, index): GraphNode => ({
      id: index % 3 === 0 ? String(index) : `n${index}`,
      ...(named ? { label: text } : {}),
      hub,
    }));
    const id = fc.constantFrom(...nodes.map((node) => node.id));
    const edge = fc
      .record({ source: id, target: id, delay: fc.option(fc.integer({ min: 0, max: 99 })) })
      .map(({ source, target, delay }): GraphEdge => ({
        source,
        target,
        ...(delay === null ? {} : { delay }),
        attributes: [],
      }));
    return fc
      .array(edge, { maxLength: 30 })
      .map((edges) => ({ form: 'graphml' as const, nodes, edges, notes: [] }));
  });
