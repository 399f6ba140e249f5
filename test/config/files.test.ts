import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codecs, formatRoutes, parseRoutes } from '../../engine/config/files.ts';
import type { Codec } from '../../engine/config/files.ts';
import { diskReader, plannedReader } from '../../engine/config/reader.ts';
import { topologies } from '../topdl/arbitrary.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const names = fc.uniqueArray(name, { maxLength: 5 });
const some = fc.uniqueArray(name, { minLength: 1, maxLength: 5 });
const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((bytes) => bytes.join('.'));
const table = fc
  .uniqueArray(fc.tuple(address, address), { maxLength: 4, selector: ([to]) => to })
  .map((routes) => routes.map(([to, via]) => `${to}/32 via ${via}\n`).join(''));

const wire = fc.record(
  {
    delay: fc.double({ min: 0, max: 1e4, noNaN: true }),
    rate: octet,
    loss: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: [] },
);
const ends = fc.record({ node: name, switch: name, port: octet, out: wire, in: wire });

/** A value for every fact that is read back, in the order in which the directory gives lists. */
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  settings: fc.record({
    project: name,
    default_platform: name,
    address_space: fc.constant('10.0.0.0/8'),
    control_net: fc.record({ boss: fc.constant('embedded'), pool: fc.constant('192.168.0.0/16') }),
    ipv6: fc.boolean(),
  }),
  annotated: topologies('1.0'),
  topology: topologies('2.0'),
  embedding: fc.record({
    pnodes: fc.array(fc.record({ name, partitions: names, nodes: names }), { maxLength: 3 }),
  }),
  switches: some.map((substrates) =>
    substrates.map((substrate) => ({
      substrate,
      pnode: 'pnode-0000',
      socket: `/run/x/${substrate}`,
      ports: 32,
    })),
  ),
  shaping: fc.array(
    fc.record({
      substrate: name,
      by: fc.constantFrom('vde', 'endnode'),
      legs: fc.array(ends, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
  delayElements: fc.array(ends, { maxLength: 3 }),
  vlans: fc.array(
    fc.record({
      substrate: name,
      switch: name,
      vlans: fc.array(fc.record({ vlan: octet, ports: fc.array(octet) }), { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
  crossings: some.map((substrates) =>
    substrates.map((substrate) => ({
      substrate,
      trunks: [
        [1, 2].map((port) => ({ pnode: `pnode-000${port}`, socket: `/run/x/${port}/${substrate}`, port })),
      ],
    })),
  ),
  routes: fc
    .tuple(some, table)
    .map(([nodes, text]) => [...nodes].sort().map((node) => ({ node, table: text }))),
  fileSystems: fc.record({
    server: fc.constantFrom('diod', 'virtio', 'none'),
    trusted: fc.boolean(),
    exports: fc.array(fc.record({ path: name, directory: name, made: fc.boolean() }), { maxLength: 3 }),
    accounts: fc.array(
      fc.record({ name, uid: octet, gid: octet, groups: fc.array(octet), home: name, shell: name }),
      { maxLength: 3 },
    ),
    servers: fc.array(
      fc.record({
        pnode: name,
        address,
        port: fc.constant(564),
        clients: fc.array(fc.record({ node: name, address }), { maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
  }),
  hosts: fc.stringMatching(/^([a-z0-9. \t-]{0,20}\n){0,4}$/),
  ghosts: names,
};

describe('what setup writes, launch reads: decode after encode is the identity', () => {
  const decoded = Object.entries(codecs as unknown as Record<string, Codec<unknown>>).filter(
    ([, { decode }]) => decode,
  );

  test('for every fact that is read back there is a test', () => {
    expect(decoded.map(([fact]) => fact).filter((fact) => !(fact in values))).toEqual([]);
  });

  test.each(decoded.filter(([fact]) => fact in values))('%s', (fact, codec) => {
    fc.assert(
      fc.property(values[fact]!, (value) => {
        expect(codec.decode!(plannedReader(codec.encode(value)))).toEqual(value);
      }),
      { numRuns: 40 },
    );
  });

  test('a directory without the fact does not hold it', () => {
    expect(codecs.topology.decode!(plannedReader([]))).toBeUndefined();
    expect(codecs.embedding.decode!(plannedReader([]))).toBeUndefined();
    expect(codecs.hosts.decode!(plannedReader([]))).toBeUndefined();
  });

  test('planned files read as they will on disk', () => {
    const files = codecs.routes.encode([{ node: 'a', table: '10.0.0.0/24 via 10.1.0.1\n' }]);
    const root = mkdtempSync(join(tmpdir(), 'benito-config-'));
    for (const { path, content } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const [planned, disk] = [plannedReader(files), diskReader(root)];
    expect(planned.list('route')).toEqual(disk.list('route'));
    expect(planned.read('route/a')).toBe(disk.read('route/a'));
    expect([planned.read('none'), planned.list('none')]).toEqual([disk.read('none'), disk.list('none')]);
    rmSync(root, { recursive: true });
  });
});

test('routing tables keep their routes through their text, comments aside', () => {
  const text = '10.0.0.0/24 via 10.1.0.1\nunreachable 10.2.0.0/16\n';
  expect(formatRoutes(parseRoutes(`# hello\n\n${text}`))).toBe(text);
});
