import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignAddresses, type AddressPlan } from '../../engine/allocate/addresses.ts';
import { isHost, overlaps, parseAddress, parseMask, parseSubnet } from '../../engine/allocate/ip4.ts';
import { sketches, topologyOf, type Extra } from './_topologies.ts';

const pair = {
  nodes: 2,
  lans: [
    [0, 1],
    [0, 1],
  ],
};
const codes = (extra: Extra, sketch = pair): readonly string[] =>
  assignAddresses(topologyOf(sketch, extra)).problems.map(({ code }) => code);
const addressesOf = (plan: AddressPlan): readonly string[] => plan.addresses.map(({ address }) => address);

describe('automatic addresses', () => {
  test('one /24 per substrate in document order, hosts from .1 in the order of elements', () => {
    const { plan, topology, problems } = assignAddresses(topologyOf(pair));
    expect(problems).toEqual([]);
    expect(plan.subnets.map(({ subnet }) => subnet)).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
    expect(addressesOf(plan)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.0.1.2']);
    expect(topology.elements[1]!.interfaces[1]!.attributes).toEqual([
      { name: 'ip4_address', value: '10.0.1.2' },
      { name: 'ip4_netmask', value: '255.255.255.0' },
    ]);
  });

  test('wider and aligned where there are more than 254', () => {
    const crowd = Array.from({ length: 300 }, (_, node) => node);
    const { plan } = assignAddresses(topologyOf({ nodes: 300, lans: [[0, 1], crowd, [0, 1]] }));
    expect(plan.subnets.map(({ subnet }) => subnet)).toEqual(['10.0.0.0/24', '10.0.2.0/23', '10.0.1.0/24']);
  });

  test('what the author fixed stays, and its substrate goes on in its subnet', () => {
    const extra = { 'n1/e0': { ip4_address: '10.0.1.7', ip4_netmask: '255.255.255.128' } };
    const { plan, problems } = assignAddresses(topologyOf(pair, extra));
    expect(problems).toEqual([]);
    expect(addressesOf(plan)).toEqual(['10.0.1.1', '10.0.1.7', '10.0.0.1', '10.0.0.2']);
  });

  test('elements that are no computers keep their addresses and get none', () => {
    const base = topologyOf({ nodes: 1, lans: [[0]] });
    const port = (value?: string) => ({
      name: value ?? 'x',
      substrates: ['s0'],
      attributes: value ? [{ name: 'ip4_address', value }] : [],
      rest: [],
    });
    const other = {
      type: 'other' as const,
      tag: 'testbed',
      interfaces: [port('10.0.0.1'), port()],
      attributes: [],
      rest: [],
    };
    const { plan } = assignAddresses({ ...base, elements: [...base.elements, other] });
    expect(plan.addresses.map(({ element, address }) => [element, address])).toEqual([
      ['n0', '10.0.0.2'],
      ['testbed', '10.0.0.1'],
    ]);
  });

  test('a space that is too small is one clear problem', () => {
    const { problems } = assignAddresses(topologyOf(pair), { space: '10.9.0.0/24' });
    expect(problems.map(({ message }) => message)).toEqual([
      '10.9.0.0/24 has no free subnet left for 1 of 2 substrates',
    ]);
  });

  test('20,000 substrates get an address for each of their interfaces', () => {
    const lans = Array.from({ length: 20_000 }, (_, at) => [at % 10_000, (at * 7 + 1) % 10_000]);
    const { plan, problems } = assignAddresses(topologyOf({ nodes: 10_000, lans }));
    expect(problems).toEqual([]);
    expect(new Set(addressesOf(plan)).size).toBe(40_000);
  });
});

describe('what the author wrote wrongly', () => {
  test.each<[string, Extra, readonly string[]]>([
    ['no address', { 'n0/e0': { ip4_address: '10.0.0' } }, ['invalid-address']],
    ['multicast', { 'n0/e0': { ip4_address: '224.0.0.1' } }, ['invalid-address']],
    ['no netmask', { 'n0/e0': { ip4_address: '10.0.0.1', ip4_netmask: '255.0.255.0' } }, ['invalid-netmask']],
    ['the network itself', { 'n0/e0': { ip4_address: '10.5.0.0' } }, ['unusable-address']],
    [
      'twice',
      { 'n0/e0': { ip4_address: '10.5.0.1' }, 'n1/e0': { ip4_address: '10.5.0.1' } },
      ['duplicate-address'],
    ],
    [
      'two subnets',
      { 'n0/e0': { ip4_address: '10.5.0.1' }, 'n1/e0': { ip4_address: '10.6.0.1' } },
      ['subnet-mismatch'],
    ],
    [
      'overlap',
      { 'n0/e0': { ip4_address: '10.5.0.1' }, 'n0/e1': { ip4_address: '10.5.0.2' } },
      ['subnet-overlap'],
    ],
    [
      'two netmasks',
      {
        'n0/e0': { ip4_address: '10.5.0.1', ip4_netmask: '255.255.255.0' },
        'n1/e0': { ip4_address: '10.5.0.2', ip4_netmask: '255.255.0.0' },
      },
      ['netmask-mismatch'],
    ],
    ['too narrow', { 'n0/e0': { ip4_netmask: '255.255.255.254' } }, []],
  ])('%s', (_, extra, expected) => expect(codes(extra)).toEqual(expected));

  test('everything is told at once', () => {
    expect(codes({ 'n0/e0': { ip4_address: 'x' }, 'n1/e1': { ip4_address: '10.0.0.0' } })).toHaveLength(2);
  });

  test('a subnet too small for its members', () => {
    const extra = { 'n0/e0': { ip4_address: '10.5.0.1', ip4_netmask: '255.255.255.252' } };
    expect(codes(extra, { nodes: 3, lans: [[0, 1, 2]] })).toEqual(['subnet-full']);
  });

  test('a reserved network', () => {
    const topology = topologyOf(pair, { 'n0/e0': { ip4_address: '192.168.144.9' } });
    const { problems } = assignAddresses(topology, { reserved: ['192.168.144.0/20'] });
    expect(problems.map(({ code }) => code)).toEqual(['reserved-subnet']);
  });
});

describe('earlier answers', () => {
  test('adding, removing and reordering renumbers nothing that stays', () => {
    fc.assert(
      fc.property(sketches, fc.infiniteStream(fc.boolean()), fc.nat(20), (sketch, keep, extraLans) => {
        const before = topologyOf(sketch);
        const first = assignAddresses(before);
        const kept = before.substrates.filter(() => keep.next().value);
        const added = Array.from({ length: extraLans }, (_, at) => ({
          name: `new${at}`,
          attributes: [],
          rest: [],
        }));
        const newcomer = {
          ...before.elements[0]!,
          name: 'newcomer',
          interfaces: [...kept, ...added].map(({ name }) => ({
            name,
            substrates: [name],
            attributes: [],
            rest: [],
          })),
        };
        const after = {
          ...before,
          substrates: [...added, ...kept],
          elements: [newcomer, ...before.elements.toReversed()],
        };
        const second = assignAddresses(after, { previous: first.plan });
        expect(second.problems).toEqual([]);
        const names = new Set(kept.map(({ name }) => name));
        const text = (plan: AddressPlan): readonly string[] =>
          plan.addresses
            .filter(({ substrate, element }) => names.has(substrate) && element !== 'newcomer')
            .map(({ element, interface: name, address }) => `${element} ${name} ${address}`)
            .sort();
        expect(text(second.plan)).toEqual(text(first.plan));
        expectSound(second.plan);
        expect(assignAddresses(after, { previous: second.plan }).plan).toEqual(second.plan);
      }),
    );
  });

  test('what is freed is not given to somebody else in the same run, as neighbours still know its MAC', () => {
    const lan = { nodes: 3, lans: [[0, 1]] };
    const { plan } = assignAddresses(topologyOf(lan));
    const moved = { nodes: 3, lans: [[0, 1, 2]] };
    const extra: Extra = { 'n1/e0': { ip4_address: '10.0.0.200', ip4_netmask: '255.255.255.0' } };
    const next = assignAddresses(topologyOf(moved, extra), { previous: plan });
    expect(addressesOf(next.plan)).toEqual(['10.0.0.1', '10.0.0.200', '10.0.0.3']);
    const later = assignAddresses(topologyOf({ nodes: 4, lans: [[0, 1, 2, 3]] }, extra), {
      previous: next.plan,
    });
    expect(addressesOf(later.plan)).toEqual(['10.0.0.1', '10.0.0.200', '10.0.0.3', '10.0.0.2']);
  });

  test('a substrate that outgrows its /24 is widened in place if it can be', () => {
    const crowd = Array.from({ length: 300 }, (_, node) => node);
    const small = assignAddresses(topologyOf({ nodes: 300, lans: [crowd.slice(0, 2)] }));
    const large = assignAddresses(topologyOf({ nodes: 300, lans: [crowd] }), { previous: small.plan });
    expect(large.plan.subnets).toEqual([{ substrate: 's0', subnet: '10.0.0.0/23' }]);
    expectSound(large.plan);
  });

  test('the author wins over an earlier answer, and the one who must give way moves alone', () => {
    const first = assignAddresses(topologyOf(pair));
    const extra = { 'n0/e1': { ip4_address: '10.0.0.9' } };
    const { plan, problems } = assignAddresses(topologyOf(pair, extra), { previous: first.plan });
    expect(problems).toEqual([]);
    expect(plan.subnets.map(({ subnet }) => subnet)).toEqual(['10.0.1.0/24', '10.0.0.0/24']);
    expectSound(plan);
  });

  test('a mangled record is no reason to give an address twice', () => {
    const previous = {
      subnets: [
        { substrate: 's0', subnet: '10.0.0.0/24' },
        { substrate: 's1', subnet: '10.0.0.0/25' },
      ],
      addresses: ['n0', 'n1'].map((element) => ({
        element,
        interface: 'e0',
        substrate: 's0',
        address: '10.0.0.1',
      })),
    };
    expectSound(assignAddresses(topologyOf(pair), { previous }).plan);
  });
});

test('addresses and masks are read strictly', () => {
  expect([
    parseAddress('10.0.0.1'),
    parseAddress('010.0.0.1'),
    parseAddress('10.1'),
    parseAddress('1.2.3.256'),
  ]).toEqual([167772161, undefined, undefined, undefined]);
  expect([parseMask('255.255.255.255'), parseMask('0.0.0.0'), parseMask('255.0.255.0')]).toEqual([
    32,
    0,
    undefined,
  ]);
});

function expectSound(plan: AddressPlan): void {
  expect(new Set(addressesOf(plan)).size).toBe(plan.addresses.length);
  const subnets = plan.subnets.map(({ subnet }) => parseSubnet(subnet)!);
  subnets.forEach((subnet, at) => {
    expect(subnets.slice(at + 1).filter((other) => overlaps(subnet, other))).toEqual([]);
  });
  for (const { substrate, address } of plan.addresses) {
    const subnet = parseSubnet(plan.subnets.find((entry) => entry.substrate === substrate)!.subnet)!;
    expect(isHost(subnet, parseAddress(address)!)).toBe(true);
  }
}
