import { describe, expect, test } from '@jest/globals';
import type { Topology } from '../../engine/model/topology.ts';
import { expandRegions } from '../../engine/topdl/expand.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { writeTopdl } from '../../engine/topdl/write.ts';
import { corpusFiles, corpusText, messageOf } from './support.ts';

const FRAGMENT = (extra: string, ifmaps = '<ifmap><inner>x</inner><outer>out</outer></ifmap>') =>
  `<fragments><name>F</name><topology><elements><computer><name>x</name></computer>${extra}</elements></topology>${ifmaps}</fragments>`;
const REGION = (name: string, rest: string) =>
  `<elements><region><name>${name}</name><interface><substrate>lan</substrate><name>out</name></interface>${rest}</region></elements>`;
const expand = (body: string): Topology => {
  const text = `<experiment>\n<version>2.0</version><substrates><name>lan</name></substrates>\n${body}</experiment>`;
  const { topology, places } = parseTopdl(text, 'e.xml');
  return expandRegions(topology, places);
};
const F = '<fragname>F</fragname>';

/** Expansion gives no meaning to the order of things; SPI's is that of a hash table. */
function sorted(topology: Topology): unknown {
  const by = <T>(items: readonly T[], key: (item: T) => string): readonly T[] =>
    [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    substrates: by(topology.substrates, ({ name }) => name).map((one) => ({
      ...one,
      attributes: by(one.attributes, ({ name }) => name),
    })),
    elements: by(topology.elements, ({ name }) => name ?? '').map((one) => ({
      ...one,
      attributes: by(one.attributes, ({ name }) => name),
      interfaces: by(one.interfaces, ({ name }) => name),
    })),
  };
}

(corpusFiles().length > 0 ? describe : describe.skip)('the corpus', () => {
  test.each(['spi-region.xml', 'spi-r2.xml'])('%s expands to spi-expand.xml', (name) => {
    const { topology, places } = parseTopdl(corpusText(name), name);
    const expected = parseTopdl(corpusText('spi-expand.xml'), 'spi-expand.xml').topology;
    expect(sorted(expandRegions(topology, places))).toEqual(sorted(expected));
  });
});

describe('expansion', () => {
  test('the first copy keeps free names; joined interfaces carry their path; the result can be written as 1.0', () => {
    const topology = expand(REGION('P', F) + REGION('Q', F) + FRAGMENT(''));
    expect(topology.elements.map(({ name }) => name)).toEqual(['x', 'x-0']);
    expect(topology.elements[1]).toMatchObject({
      interfaces: [
        { name: 'inf-0', substrates: ['lan'], attributes: [{ name: 'interface_path', value: 'out' }] },
      ],
      attributes: [{ name: 'path', value: '/Q/' }],
    });
    const written = writeTopdl(topology, { version: '1.0', layout: 'line' });
    expect(parseTopdl(written, 'e.xml').topology.version).toBe('1.0');
  });

  test('a topology without regions stays as it is', () => {
    const { topology } = parseTopdl('<experiment/>', 'e.xml');
    expect(expandRegions(topology)).toEqual(topology);
  });

  test('namemaps choose the names', () => {
    const map = (path: string, inner: string, outer: string) =>
      `<namemaps><pathname>${path}</pathname><namemap><inner>${inner}</inner><outer>${outer}</outer></namemap></namemaps>`;
    expect(expand(REGION('P', F) + FRAGMENT('') + map('/P', 'y', 'x')).elements[0]!.name).toBe('y');
    const wrong = (...args: [string, string, string]) =>
      messageOf(() => expand(REGION('P', F) + FRAGMENT('') + map(...args)));
    expect(wrong('/P', 'P', 'x')).toContain('calls "x" "P", which is taken');
    expect(wrong('/P', 'y', 'z')).toContain('fragment "F" has nothing called "z"');
    expect(wrong('/Q', 'y', 'x')).toContain('namemaps for /Q/: there is no region at this path');
  });
});

const INNER = (level: string) => `<region><name>R</name>${F}${level}</region>`;

test.each([
  [
    'an unknown fragment',
    REGION('P', '<fragname>G</fragname>') + FRAGMENT(''),
    'region "P": there is no fragment "G"',
  ],
  ['a level that is none', REGION('P', `${F}<level>deep</level>`) + FRAGMENT(''), '"deep" is not a level'],
  ['a cycle', REGION('P', F) + FRAGMENT(INNER(''), ''), 'nothing in fragment "F" gets the interface "out"'],
  ['a cycle without level', `<elements>${INNER('')}</elements>${FRAGMENT(INNER(''), '')}`, '(F -> F)'],
  [
    'growth without bound',
    `<elements>${INNER('')}</elements>${FRAGMENT(INNER('<level>9999</level>'), '')}`,
    'or 1000 levels',
  ],
  [
    'an unknown inner',
    REGION('P', F) + FRAGMENT('', '<ifmap><inner>z</inner><outer>out</outer></ifmap>'),
    'no element "z"',
  ],
  [
    'an unknown outer',
    REGION('P', F) + FRAGMENT('', '<ifmap><inner>x</inner><outer>up</outer></ifmap>'),
    'no interface "up"',
  ],
])('refused: %s', (_, body, message) => {
  const text = messageOf(() => expand(body));
  expect(text).toContain(message);
  expect(text).toMatch(/^e\.xml:3:\d+: /);
});
