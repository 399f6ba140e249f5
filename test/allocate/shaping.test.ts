import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { delayElements, vlansOf } from '../../engine/allocate/delay-elements.ts';
import { addChange, withChanges } from '../../engine/allocate/shape-changes.ts';
import { shapeNetworks } from '../../engine/allocate/shape-networks.ts';
import { switchSize } from '../../engine/allocate/switch-ports.ts';
import { join, wireOf } from '../../engine/allocate/wires.ts';
import type { PlatformFact } from '../../engine/model/experiment.ts';
import type { NetworkShape, Wire } from '../../engine/model/shaping.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { topdl } from '../system/_topdl.ts';
import type { LinkSketch, NodeSketch } from '../system/_topdl.ts';

const QUEUE = 1000;
const platform = (name: string, shaping: PlatformFact['shaping']): PlatformFact => ({
  name,
  aliases: [],
  controlNet: false,
  hostFiles: 'shared',
  sharesPnode: 'any',
  packingPass: 1,
  resources: {},
  shaping,
});
const PLATFORMS = [
  platform('process', ['vde']),
  platform('guest', ['vde', 'endnode']),
  platform('far', ['endnode']),
  platform('bare', []),
];

function shapes(
  nodes: Readonly<Record<string, NodeSketch>>,
  links: Readonly<Record<string, LinkSketch>>,
  endNodes = false,
): ReturnType<typeof shapeNetworks> {
  const { topology } = parseTopdl(topdl(wired(nodes), links), 'x.xml');
  return shapeNetworks(topology, { platforms: PLATFORMS, endNodes, queue: QUEUE });
}

/** As setup leaves them: with a platform, a switch and a port. */
function wired(nodes: Readonly<Record<string, NodeSketch>>): Readonly<Record<string, NodeSketch>> {
  const next = new Map<string, number>();
  return Object.fromEntries(
    Object.entries(nodes).map(([name, node]) => {
      const on = node.on.map((one) => {
        const sketch = typeof one === 'string' ? { substrate: one } : one;
        const port = (next.get(sketch.substrate) ?? 0) + 1;
        next.set(sketch.substrate, port);
        const attributes = { 'benito:vde_switch': `/s/${sketch.substrate}`, 'benito:vde_port': String(port) };
        return { ...sketch, attributes: { ...attributes, ...sketch.attributes } };
      });
      return [name, { on, attributes: { 'containers:node_type': 'process', ...node.attributes } }];
    }),
  );
}

const pair = { a: { on: ['l'] }, b: { on: ['l'] } };
const three = { ...pair, c: { on: ['l'] } };

/** What a frame from one node to another meets. */
function way({ legs }: NetworkShape, from: string, to: string): Wire {
  const leg = (name: string): NetworkShape['legs'][number] => legs.find(({ node }) => node === name)!;
  return join(leg(from).out, leg(to).in);
}

describe('what a link does', () => {
  test('its latency and loss are those from end to end', () => {
    const [link] = shapes(pair, { l: { latency: 10, capacity: 500, attributes: { loss: '0.1' } } }).networks;
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      expect(way(link!, from, to)).toEqual({ delay: 10, rate: 500, queue: QUEUE, loss: 0.1 });
    }
  });

  test('a LAN has its latency on each leg, and its loss between two nodes', () => {
    const [lan] = shapes(three, { l: { latency: 10, attributes: { loss: '0.1' } } }).networks;
    expect(way(lan!, 'a', 'c')).toEqual({ delay: 20, loss: 0.1 });
  });

  test('an interface speaks for its leg, and for single directions of it', () => {
    const own = { substrate: 'l', latency: 1, capacity: 9, attributes: { 'containers:latency_out': '7' } };
    const [lan] = shapes({ ...three, a: { on: [own] } }, { l: { latency: 10 } }).networks;
    expect(way(lan!, 'a', 'b')).toEqual({ delay: 17, rate: 9, queue: QUEUE });
    expect(way(lan!, 'b', 'a')).toEqual({ delay: 11, rate: 9, queue: QUEUE });
    expect(way(lan!, 'b', 'c')).toEqual({ delay: 20 });
  });

  test.each([
    ['containers:jitter', '-1', 'ms'],
    ['containers:burst', '0.5', 'frames'],
    ['containers:duplicate', '2', 'from 0 to 1'],
    ['containers:queue', 'many', 'bytes'],
  ])('%s %s is refused, with what it takes', (name, value, hint) => {
    const { problems } = shapes(pair, { l: { attributes: { [name]: value } } });
    expect(problems).toEqual([
      expect.objectContaining({
        message: `the substrate 'l': ${name} "${value}" is not what it takes`,
        hint: expect.stringContaining(hint),
      }),
    ]);
  });
});

describe('who shapes', () => {
  const on = (type: string): NodeSketch => ({ on: ['l'], attributes: { 'containers:node_type': type } });
  const slow = { l: { latency: 10 } };
  test.each([
    ['guests by the switch, unless asked', { a: on('guest'), b: on('process') }, false, 'vde'],
    ['guests themselves, where asked', { a: on('guest'), b: on('guest') }, true, 'endnode'],
    ['those that can nothing else', { a: on('far'), b: on('far') }, false, 'endnode'],
  ] as const)('%s', (_, nodes, endNodes, by) => {
    const { networks, problems } = shapes(nodes, slow, endNodes);
    expect([networks[0]!.by, problems]).toEqual([by, []]);
  });

  test.each([
    ['by the switch', { a: on('guest'), b: on('process') }, { by: 'vde' }],
    ['by themselves', { a: on('guest'), b: on('far') }, { by: 'endnode' }],
    [
      'by nobody',
      { a: on('process'), b: on('bare') },
      { by: 'none', because: "'b' is on it, whose platform bare cannot be shaped" },
    ],
    [
      'by nobody together',
      { a: on('process'), b: on('far') },
      { by: 'none', because: "'b' is on it, whose platform far cannot be shaped beside others" },
    ],
  ] as const)('what is not shaped says who could: %s', (_, nodes, said) => {
    const { networks, problems } = shapes(nodes, {});
    expect(problems).toEqual([]);
    expect(networks[0]).toMatchObject(said);
  });

  test('what cannot work together is refused, by network and nodes', () => {
    const { problems } = shapes({ a: on('process'), b: on('guest') }, slow, true);
    expect(problems.map(({ message, hint }) => `${message}\n${hint}`)).toEqual([
      "the network 'l' cannot be shaped: 'b' (guest) shapes what it sends itself, 'a' (process) is shaped at its switch port\n" +
        "leave out --end-node-shaping, or put an unshaped link between 'b' and 'a'",
    ]);
    expect(shapes({ a: on('process'), b: on('guest') }, {}, true).problems).toEqual([]);
    expect(shapes({ a: on('process'), b: on('bare') }, slow).problems).toEqual([
      expect.objectContaining({ code: 'cannot-be-shaped' }),
    ]);
  });
});

const amount = fc.oneof(fc.constant(undefined), fc.double({ min: 0.001, max: 1e4, noNaN: true }));
const part = fc.oneof(fc.constant(undefined), fc.double({ min: 0, max: 1, noNaN: true }));
const wire = fc
  .record({ delay: amount, jitter: amount, rate: amount, loss: part, duplicate: part })
  .map((one) => wireOf(Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))));

describe('delay elements', () => {
  const network = fc
    .array(fc.record({ out: wire, in: wire }), { minLength: 1, maxLength: 40 })
    .map((wires): NetworkShape => ({
      substrate: 'l',
      by: 'vde',
      legs: wires.map((one, index) => ({
        node: `n${index}`,
        interface: 'e',
        switch: '/s/l',
        port: index + 1,
        ...one,
      })),
    }));

  test('have ports of their own, each in a VLAN with one node, and together do what the legs say', () => {
    fc.assert(
      fc.property(network, (shape) => {
        const size = switchSize(shape.legs.length);
        const elements = delayElements(shape, new Map([['/s/l', size]]));
        const ports = [
          ...elements.flatMap(({ inner, outer }) => [inner, outer]),
          ...shape.legs.map(({ port }) => port),
        ];
        expect(new Set(ports).size).toBe(ports.length);
        expect(ports.every((port) => port > 0 && port < size)).toBe(true);
        const vlans = vlansOf(elements).flatMap((one) => one.vlans);
        expect(vlans.map((one) => one.ports)).toEqual(elements.map(({ port, inner }) => [port, inner]));
        expect(new Set(vlans.map(({ vlan }) => vlan)).size).toBe(vlans.length);
        const at = (node: string): (typeof elements)[number] | undefined =>
          elements.find((element) => element.node === node);
        for (const from of shape.legs.slice(0, 3)) {
          for (const to of shape.legs.slice(0, 3)) {
            if (from === to) continue;
            const met =
              shape.legs.length === 2
                ? (at(from.node)?.out ?? at(to.node)?.in ?? {})
                : join(at(from.node)?.out ?? {}, at(to.node)?.in ?? {});
            expect(met).toEqual(join(from.out, to.in));
          }
        }
      }),
    );
  });
});

describe('changes', () => {
  const [link] = shapes(pair, { l: { latency: 10, capacity: 500 } }).networks;
  const none = {};
  test('of a link are those from end to end; of a leg, its own', () => {
    const whole = addChange(none, { key: 'l', network: link!, change: { delay: 40 }, up: false });
    expect(way(withChanges(link!, whole, QUEUE), 'a', 'b')).toEqual({ delay: 40, rate: 500, queue: QUEUE });
    const both = addChange(whole, { key: 'a:l', network: link!, change: { delay: 1, loss: 1 }, up: false });
    expect(way(withChanges(link!, both, QUEUE), 'a', 'b')).toEqual({
      delay: 21,
      rate: 500,
      queue: QUEUE,
      loss: 1,
    });
    const again = addChange(both, { key: 'l', network: link!, change: { delay: 2 }, up: false });
    expect(again).toEqual({ l: { delay: 2 }, 'a:l': { loss: 1 } });
  });

  test('down and up', () => {
    const down = addChange(none, { key: 'l', network: link!, change: { down: true }, up: false });
    expect(way(withChanges(link!, down, QUEUE), 'b', 'a').down).toBe(true);
    expect(addChange(down, { key: 'l', network: link!, change: {}, up: true })).toEqual({});
  });

  test('without any, a network is the very same', () => {
    expect(withChanges(link!, { other: { delay: 1 } }, QUEUE)).toBe(link);
  });
});
