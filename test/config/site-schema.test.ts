import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../../engine/config/package-root.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');
const schema = JSON.parse(read('config/schemas/site.schema.json')) as Schema;
const valid = (text: string): boolean => z.fromJSONSchema(schema).safeParse(parse(text)).success;

test('editors find the schema of config/site.yaml, which is in order by it', () => {
  const text = read('config/site.yaml');
  const [, path] = /^# yaml-language-server: \$schema=(\S+)/.exec(text) ?? [];
  expect(JSON.parse(read(join('config', path!)))).toEqual(schema);
  expect(valid(text)).toBe(true);
});

test('every setting is described, and every one that has a default says it', () => {
  const all = [...settingsOf(schema, [])];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
  const without = all
    .filter(([, one]) => !one.properties && one.default === undefined)
    .map(([path]) => path.replace(/^control_net\.xmlrpc\./, ''));
  expect(without).toEqual(['url', 'certificate', 'key', 'ca']);
});

describe('a site file', () => {
  test.each([
    ['in part', 'control_net: { interface: eth1 }'],
    ["with a platform's setting", 'platforms: { qemu: { memory: 256 } }'],
    ['with a setting of a platform from elsewhere', 'platforms: { mine: { anything: true } }'],
    ['with an account in capitals', 'accounts: [Bob]'],
  ])('%s is in order', (_, text) => expect(valid(text)).toBe(true));

  test.each([
    ['an unknown setting', 'projekt: x'],
    ['an unknown one further in', 'control_net: { bos: embedded }'],
    ['an unknown one of a platform', 'platforms: { qemu: { memori: 256 } }'],
    ['a wrong type', 'ipv6: maybe'],
    ['a wrong word', 'control_net: { boss: nobody }'],
    ["a platform's wrong value", 'platforms: { qemu: { ready_seconds: 0 } }'],
    ['what is no prefix', 'address_space: ten'],
    ['a URL of the wrong kind', 'control_net: { xmlrpc: { url: "http://boss/" } }'],
  ])('with %s is not', (_, text) => expect(valid(text)).toBe(false));
});

function* settingsOf({ properties = {} }: Schema, above: readonly string[]): Generator<[string, Schema]> {
  for (const [name, one] of Object.entries(properties)) {
    const path = [...above, name];
    yield [path.join('.'), one as Schema];
    if (path[0] !== 'platforms' || path.length < 3) yield* settingsOf(one as Schema, path);
  }
}
