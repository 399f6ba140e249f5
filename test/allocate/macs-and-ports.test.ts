import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignMacs, parseMac } from '../../engine/allocate/macs.ts';
import { assignPorts, switchSize } from '../../engine/allocate/switch-ports.ts';
import { sketches, topologyOf } from './_topologies.ts';

const pair = {
  nodes: 2,
  lans: [
    [0, 1],
    [0, 1],
  ],
};

describe('MACs', () => {
  test('are unicast, locally administered, unique, and do not depend on other nodes', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const { plan } = assignMacs(topologyOf(sketch), { experiment: 'x' });
        expect(new Set(plan.map(({ mac }) => mac)).size).toBe(plan.length);
        expect(plan.every(({ mac }) => mac.startsWith('02:') && parseMac(mac) === mac)).toBe(true);
        const more = topologyOf({ nodes: sketch.nodes + 1, lans: [...sketch.lans, [sketch.nodes, 0]] });
        expect(assignMacs(more, { experiment: 'x' }).plan).toEqual(expect.arrayContaining([...plan]));
      }),
    );
  });

  test('differ between experiments', () => {
    const macs = ['x', 'y'].flatMap((experiment) =>
      assignMacs(topologyOf(pair), { experiment }).plan.map(({ mac }) => mac),
    );
    expect(new Set(macs).size).toBe(8);
  });

  test('40,000 interfaces stay apart', () => {
    const lans = Array.from({ length: 20_000 }, (_, at) => [at % 10_000, (at + 1) % 10_000]);
    const { plan } = assignMacs(topologyOf({ nodes: 10_000, lans }), { experiment: 'x' });
    expect(new Set(plan.map(({ mac }) => mac)).size).toBe(40_000);
  });

  test('what the author wrote stays; an earlier MAC gives way to it; a later equal hash is hashed again', () => {
    const [first] = assignMacs(topologyOf(pair), { experiment: 'x' }).plan;
    const extra = { 'n1/e1': { 'containers:mac_address': first!.mac.toUpperCase() } };
    const { plan, problems } = assignMacs(topologyOf(pair, extra), { experiment: 'x', previous: [first!] });
    expect(problems).toEqual([]);
    expect(plan.at(-1)!.mac).toBe(first!.mac);
    expect(new Set(plan.map(({ mac }) => mac)).size).toBe(4);
  });

  test('what the author wrote wrongly is told together', () => {
    const extra = {
      'n0/e0': { 'benito:mac_address': '01:00:00:00:00:01' },
      'n0/e1': { 'benito:mac_address': '02:00:00:00:00:01' },
      'n1/e0': { 'benito:mac_address': '02-00-00-00-00-01' },
    };
    const { problems } = assignMacs(topologyOf(pair, extra), { experiment: 'x' });
    expect(problems.map(({ code }) => code).sort()).toEqual(['duplicate-mac', 'invalid-mac']);
  });
});

describe('switch ports', () => {
  test('count from 1 on every substrate', () => {
    const { plan, topology } = assignPorts(topologyOf(pair));
    expect(plan.ports.map(({ port }) => port)).toEqual([1, 2, 1, 2]);
    expect(plan.switches).toEqual([
      { substrate: 's0', ports: 32 },
      { substrate: 's1', ports: 32 },
    ]);
    expect(topology.elements[1]!.interfaces[0]!.attributes).toEqual([
      { name: 'benito:vde_port', value: '2' },
    ]);
  });

  test('earlier ones stay, whatever is added or removed', () => {
    fc.assert(
      fc.property(sketches, fc.infiniteStream(fc.boolean()), (sketch, keep) => {
        const before = topologyOf(sketch);
        const first = assignPorts(before).plan;
        const newcomer = {
          ...before.elements[0]!,
          name: 'newcomer',
          interfaces: before.substrates.map(({ name }) => ({
            name,
            substrates: [name],
            attributes: [],
            rest: [],
          })),
        };
        const kept = before.elements.filter(() => keep.next().value);
        const second = assignPorts({ ...before, elements: [newcomer, ...kept] }, first).plan;
        const names = new Set(kept.map(({ name }) => name));
        expect(second.ports.filter(({ element }) => element !== 'newcomer')).toEqual(
          first.ports.filter(({ element }) => names.has(element)),
        );
        const used = second.ports.map(({ substrate, port }) => `${substrate} ${port}`);
        expect(new Set(used).size).toBe(used.length);
      }),
    );
  });

  test('what the author wrote wrongly is told together', () => {
    const extra = {
      'n0/e0': { 'benito:vde_port': '0' },
      'n0/e1': { 'benito:vde_port': '5' },
      'n1/e1': { 'benito:vde_port': '5' },
    };
    expect(assignPorts(topologyOf(pair, extra)).problems.map(({ code }) => code)).toEqual([
      'invalid-port',
      'duplicate-port',
    ]);
  });

  test('a switch has room to double, and keeps its size while everything fits', () => {
    expect([0, 15, 16, 31, 32].map((highest) => switchSize(highest))).toEqual([32, 64, 128, 128, 256]);
    expect([switchSize(10, 32), switchSize(11, 32), switchSize(3, 512)]).toEqual([32, 64, 512]);
  });
});
