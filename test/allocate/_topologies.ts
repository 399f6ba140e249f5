import fc from 'fast-check';
import type { Attribute, Topology } from '../../engine/model/topology.ts';

/** Who is attached where: `lans[s]` lists node numbers; a node may stand there twice. */
export interface Sketch {
  readonly nodes: number;
  readonly lans: readonly (readonly number[])[];
}

/** Attributes by `node/interface`, such as `n0/e1`. */
export type Extra = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A topology with nodes n0, n1, ..., substrates s0, s1, ...; each node's interfaces are e0, e1, ... in order of substrates. */
export function topologyOf({ nodes, lans }: Sketch, extra: Extra = {}): Topology {
  const counts = Array.from({ length: nodes }, () => 0);
  const ports = Array.from({ length: nodes }, (): Topology['elements'][number]['interfaces'][number][] => []);
  lans.forEach((members, lan) => {
    for (const node of members) {
      const name = `e${counts[node]!++}`;
      ports[node]!.push({
        name,
        substrates: [`s${lan}`],
        attributes: pairs(extra[`n${node}/${name}`]),
        rest: [],
      });
    }
  });
  return {
    root: 'experiment',
    version: '1.0',
    substrates: lans.map((_, lan) => ({ name: `s${lan}`, attributes: [], rest: [] })),
    elements: ports.map((interfaces, node) => ({
      type: 'computer',
      name: `n${node}`,
      interfaces,
      attributes: [],
      rest: [],
    })),
    fragments: [],
    namemaps: [],
    attributes: [],
    unknown: [],
  };
}

/** The sketch's topology with hand-set subnets of all sizes, in no order, with gaps between them. */
export function addressedTopology(
  sketch: Sketch,
  lengths: readonly number[],
  shuffle: readonly number[],
): Topology {
  const order = sketch.lans
    .map((_, lan) => lan)
    .sort((a, b) => (shuffle[a] ?? 0) - (shuffle[b] ?? 0) || a - b);
  const extra: Record<string, Record<string, string>> = {};
  const interfaces = interfaceNames(sketch);
  let free = 10 * 2 ** 24;
  for (const lan of order) {
    const length = lengths[lan] ?? 24;
    const size = 2 ** (32 - length);
    const base = Math.ceil(free / size) * size;
    free = base + size * (1 + ((shuffle[lan] ?? 0) % 3));
    sketch.lans[lan]!.forEach((_, position) => {
      const value = base + 1 + position;
      const dotted = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
      const mask = [24, 16, 8, 0].map((shift) => ((2 ** 32 - size) >>> shift) & 255).join('.');
      extra[interfaces[lan]![position]!] = { ip4_address: dotted, ip4_netmask: mask };
    });
  }
  return topologyOf(sketch, extra);
}

/** Graphs of several components with LANs, parallel links, hubs, lonely nodes and nodes attached twice. */
export const sketches: fc.Arbitrary<Sketch> = fc.integer({ min: 1, max: 14 }).chain((nodes) => {
  const node = fc.integer({ min: 0, max: nodes - 1 });
  const link = fc.tuple(node, node).map((ends) => [...ends]);
  const lan = fc.array(node, { minLength: 1, maxLength: 6 });
  const spoke = node.map((other) => [0, other]);
  return fc.record({
    nodes: fc.constant(nodes),
    lans: fc.array(fc.oneof({ weight: 4, arbitrary: link }, lan, spoke), { minLength: 1, maxLength: 24 }),
  });
});

export const addressed: fc.Arbitrary<Topology> = fc
  .tuple(
    sketches,
    fc.array(fc.integer({ min: 18, max: 29 }), { minLength: 24, maxLength: 24 }),
    fc.array(fc.nat(50), { minLength: 24, maxLength: 24 }),
  )
  .map(([sketch, lengths, shuffle]) => addressedTopology(sketch, lengths, shuffle));

function interfaceNames({ nodes, lans }: Sketch): readonly (readonly string[])[] {
  const counts = Array.from({ length: nodes }, () => 0);
  return lans.map((members) => members.map((node) => `n${node}/e${counts[node]!++}`));
}

function pairs(values: Readonly<Record<string, string>> = {}): readonly Attribute[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
