import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Topology } from '../../engine/model/topology.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { writeTopdl } from '../../engine/topdl/write.ts';
import { topologies } from './arbitrary.ts';
import { messageOf } from './support.ts';

describe.each(['1.0', '2.0'] as const)('version %s', (version) => {
  test.each(['line', 'indented'] as const)('%s: what was written reads as the same topology', (layout) => {
    fc.assert(
      fc.property(topologies(version), (topology) => {
        const written = writeTopdl(topology, { layout });
        if (layout === 'line') expect(written).not.toMatch(/[\r\n]/);
        expect(parseTopdl(written, 'e.xml').topology).toEqual(topology);
      }),
      { numRuns: 150 },
    );
  });
});

const BASE: Topology = {
  root: 'experiment',
  version: '1.0',
  substrates: [{ name: 'l', capacity: { rate: 100000, kind: 'max' }, attributes: [], rest: [] }],
  elements: [
    {
      type: 'computer',
      name: 'a',
      interfaces: [{ name: 'inf000', substrates: ['l'], attributes: [], rest: [] }],
      attributes: [{ name: 'startup', value: 'a\n\t"b" & <c>' }],
      rest: [
        { tag: 'os', children: [{ tag: 'name', text: 'Linux' }] },
        { tag: 'status', text: 'active' },
      ],
    },
  ],
  fragments: [],
  namemaps: [],
  attributes: [],
  unknown: [],
};

test('version 1.0 in one line, in the order and with the numbers of topdl.py', () => {
  expect(writeTopdl(BASE, { layout: 'line' })).toBe(
    '<experiment><version>1.0</version><substrates><name>l</name><capacity><rate>100000.000000</rate><kind>max</kind>' +
      '</capacity></substrates><elements><computer><name>a</name><os><name>Linux</name></os><interface>' +
      '<substrate>l</substrate><name>inf000</name></interface><attribute><attribute>startup</attribute>' +
      '<value>a&#10;&#9;&quot;b&quot; &amp; &lt;c&gt;</value></attribute><status>active</status></computer></elements></experiment>',
  );
});

test('version 2.0, indented, in the order of topdl.xsd', () => {
  const written = writeTopdl({ ...BASE, attributes: [] }, { version: '2.0', layout: 'indented' });
  expect(written).toContain('\n      <rate>100000.0</rate>\n');
  expect(written.indexOf('<interface>')).toBeLessThan(written.indexOf('<os>'));
  expect(written.endsWith('</experiment>\n')).toBe(true);
});

test('small numbers keep their value in 1.0', () => {
  const topology = {
    ...BASE,
    substrates: [{ name: 'l', latency: { time: 1e-7, kind: 'max' }, attributes: [], rest: [] }],
  };
  const written = writeTopdl(topology, { layout: 'line' });
  expect(parseTopdl(written, 'e.xml').topology).toEqual(topology);
});

test('constructs of 2.0 are refused in 1.0, and characters that XML lacks in both', () => {
  const fragment = { name: 'F', substrates: [], elements: [], ifmaps: [], attributes: [], rest: [] };
  expect(messageOf(() => writeTopdl({ ...BASE, fragments: [fragment] }, { layout: 'line' }))).toContain(
    'fragment "F" cannot',
  );
  const attributes = [{ name: 'x', value: '\u0001' }];
  expect(messageOf(() => writeTopdl({ ...BASE, attributes }, { layout: 'line' }))).toContain('U+0001');
});
