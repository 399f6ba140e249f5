import { describe, expect, test } from '@jest/globals';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { messageOf } from './support.ts';

const parse = (body: string) => parseTopdl(`<experiment>${body}</experiment>`, 'e.xml').topology;
const LAN = '<substrates><name>lan</name></substrates>';

describe('what parseTopdl takes', () => {
  test('children in any order, several elements in one list, comments, CDATA, white space', () => {
    const topology = parse(`
      <elements><computer>
        <attribute><value> sudo <![CDATA[<x> & y]]> </value><attribute>startup</attribute></attribute>
        <!-- <name>no</name> --><interface><name>e0</name><substrate> lan </substrate></interface><name>a</name>
      </computer><computer><name>b</name></computer></elements>${LAN}<version>1.0</version>`);
    expect(topology.elements.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(topology.elements[0]).toEqual({
      type: 'computer',
      name: 'a',
      interfaces: [{ name: 'e0', substrates: ['lan'], attributes: [], rest: [] }],
      attributes: [{ name: 'startup', value: 'sudo <x> & y' }],
      rest: [],
    });
  });

  test.each([
    ['byte order mark', '\ufeff<?xml version="1.0"?><experiment/>'],
    ['blank lines before the declaration', '\n\r\n <?xml version="1.0" encoding="utf-8" ?>\r\n<experiment/>'],
    ['the other root, without a version', '<topology></topology>'],
    ['processing instructions and comments around', '<?a b?><!-- c --><experiment/><!-- d -->\n'],
  ])('%s', (_, text) => {
    expect(parseTopdl(text, 'e.xml').topology).toMatchObject({
      version: '1.0',
      elements: [],
      substrates: [],
    });
  });

  test('values stay text: zeros, exponents, entities once', () => {
    const values = ['0010', '000000000000', '10e3', '0x10', 'true', '&amp;lt;', ''];
    const body = values
      .map((v) => `<attribute><attribute>x</attribute><value>${v}</value></attribute>`)
      .join('');
    expect(parse(body).attributes.map(({ value }) => value)).toEqual([...values.slice(0, 5), '&lt;', '']);
  });

  test('unnamed interfaces get free names', () => {
    const one = (name: string) => `<interface><substrate>lan</substrate>${name}</interface>`;
    const named = one('<name>inf001</name>');
    const { elements } = parse(
      `${LAN}<elements><computer><name>a</name>${one('')}${named}${one('<name/>')}</computer></elements>`,
    );
    expect(elements[0]!.interfaces.map(({ name }) => name)).toEqual(['inf000', 'inf001', 'inf002']);
  });

  test('an interface on several substrates; unknown subtrees; elements that are no computers', () => {
    const topology = parse(`${LAN}<substrates><name>b</name><zone k="1">z<i>m</i></zone></substrates>
      <elements><computer><name>a</name><interface><substrate>lan</substrate><substrate>b</substrate></interface></computer>
      <testbed><uri>u</uri><type>t</type></testbed></elements><extra><deep>1</deep></extra>`);
    expect(topology.elements[0]!.interfaces[0]!.substrates).toEqual(['lan', 'b']);
    const zone = { tag: 'zone', xmlAttributes: { k: '1' } };
    expect(topology.substrates[1]!.rest).toEqual([
      {
        ...zone,
        children: [
          { tag: '#text', text: 'z' },
          { tag: 'i', text: 'm' },
        ],
      },
    ]);
    expect(topology.elements[1]).toMatchObject({
      type: 'other',
      tag: 'testbed',
      rest: [{ tag: 'uri' }, { tag: 'type' }],
    });
    expect(topology.unknown).toEqual([{ tag: 'extra', children: [{ tag: 'deep', text: '1' }] }]);
  });

  test('more references to characters than the parser expands by default', () => {
    expect(parse(`<x>${'&amp;'.repeat(200_000)}</x>`).unknown[0]!.text).toHaveLength(200_000);
  });
});

test('places are found by name', () => {
  const text = `<experiment>\r\n${LAN}\r\n  <elements><computer><name>a</name>\r\n<interface><substrate>lan</substrate></interface></computer></elements></experiment>`;
  const { places } = parseTopdl(text, 'e.xml');
  expect(places.substrate('lan')).toEqual({ file: 'e.xml', line: 2, column: 1 });
  expect(places.element('a')).toEqual({ file: 'e.xml', line: 3, column: 13 });
  expect(places.interface('a', 'inf000')).toEqual({ file: 'e.xml', line: 4, column: 1 });
  expect(places.element('made-later')).toEqual({ file: 'e.xml' });
});

test('more than 1000 interfaces on an element are refused', () => {
  const body = `${LAN}<elements><computer><name>a</name>${'<interface><substrate>lan</substrate></interface>'.repeat(1001)}</computer></elements>`;
  expect(messageOf(() => parse(body))).toContain('computer "a" has 1001 interfaces');
});

test.each([
  ['deep nesting', '<a>'.repeat(100_000)],
  ['start tags without end', '<a "'.repeat(200_000)],
  ['comments without end', '<!--'.repeat(200_000)],
  ['lone less-than signs', '<'.repeat(200_000)],
  [
    'many unknown substrates',
    LAN.repeat(1) +
      `<elements><computer><name>a</name>${'<interface><substrate>x</substrate></interface>'.repeat(900)}</computer></elements>`,
  ],
  ['long white space', `${' '.repeat(500_000)}x`],
])('refused without choking on it: %s', (_, body) => {
  expect(messageOf(() => parse(body))).toMatch(/^e\.xml:1:\d+: /);
});
