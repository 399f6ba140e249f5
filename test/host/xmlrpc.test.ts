import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeResponse } from '../../engine/host/xmlrpc/decode.ts';
import { encodeCall, encodeValue } from '../../engine/host/xmlrpc/encode.ts';
import type { XmlRpcValue } from '../../engine/host/xmlrpc/value.ts';

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((one) => !FORBIDDEN.test(one));
const awkward = fc.constantFrom(
  '',
  ' ',
  '0010',
  '10e3',
  '0x10',
  'true',
  ' a\r\n\tb ',
  ']]>',
  '&amp;',
  '<nil/>',
);
const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    awkward,
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, awkward, fc.constant('__proto__')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

const answering = (inner: string): string =>
  `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n${inner}\n</param>\n</params>\n</methodResponse>\n`;

test('what is encoded decodes to itself', () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(decodeResponse(answering(encodeValue(one)))).toEqual({ value: one });
    }),
    { numRuns: 500 },
  );
});

test('calls carry nothing that cannot arrive whole', () => {
  expect(encodeCall('a.b', ['<', [1]])).toContain('<value><string>&lt;</string></value>');
  expect(() => encodeCall('a.b', [1.5])).toThrow('1.5');
  expect(() => encodeCall('a.b', [2 ** 31])).toThrow('2147483648');
  expect(() => encodeCall('a.b', ['\u0000'])).toThrow('XML cannot carry');
});

describe('answers', () => {
  test.each([
    ['<value>plain &#38; simple</value>', 'plain & simple'],
    ['<value> <i4>-7</i4> </value>', -7],
    ['<value><i8>123456789012</i8></value>', 123456789012],
    ['<value><double>-1.5</double></value>', -1.5],
    ['<value><string><![CDATA[a<b]]></string></value>', 'a<b'],
    ['<value><dateTime.iso8601>20261123T03:11:00</dateTime.iso8601></value>', '20261123T03:11:00'],
  ])('%s', (inner, expected) => {
    expect(decodeResponse(answering(inner))).toEqual({ value: expected });
  });

  test('a fault is one', () => {
    const fault = encodeValue({ faultCode: 101, faultString: 'no' });
    expect(decodeResponse(`<methodResponse><fault>${fault}</fault></methodResponse>`)).toEqual({
      fault: { code: 101, message: 'no' },
    });
  });

  test.each([
    ['<html><body>hello</body></html>', '<html>'],
    ['', 'XML'],
    ['<methodResponse><params>', 'well-formed'],
    ['<!DOCTYPE x [<!ENTITY a "b">]><methodResponse/>', 'DOCTYPE'],
    [answering('<value><int>12 apples</int></value>'), '<int>12 apples</int> is no number'],
    [answering('<value><boolean>yes</boolean></value>'), 'neither 0 nor 1'],
    [answering('<value><lease/></value>'), '<lease> is no type'],
    [answering('<value><struct><member><value/></member></struct></value>'), 'without a <name>'],
    [answering('<value/><value/>'), 'not one <value>'],
    [answering('<array><data/></array>'), 'not one <value>'],
    ['<methodResponse><fault><value>oops</value></fault></methodResponse>', 'without faultCode'],
    [answering(`${'<value><array><data>'.repeat(200)}${'</data></array></value>'.repeat(200)}`), ''],
  ])('that are no XML-RPC are told: %.60s', (body, why) => {
    expect(decodeResponse(body)).toEqual({ nonsense: expect.stringContaining(why) });
  });

  test('whatever comes, it is read or told, and never thrown', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.boolean(), (junk, wrapped) => {
        decodeResponse(wrapped ? answering(`<value>${junk}</value>`) : junk);
      }),
    );
  });
});
