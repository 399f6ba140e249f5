import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePlatformFacts, encodePlatformFact } from '../../engine/config/platform-facts.ts';
import { plannedReader } from '../../engine/config/reader.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import type { FileSpec } from '../../engine/stage/effects.ts';
import { planWith, rejection } from './_plan.ts';

const ONE = { platform: 'one', pnode: 'pnode-0001' };

test('a fact comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const reader = plannedReader([encodePlatformFact(ONE, 'guests', value)]);
      expect([...decodePlatformFacts(ONE, reader)]).toEqual([['guests', value]]);
      expect(decodePlatformFacts({ ...ONE, platform: 'two' }, reader).size).toBe(0);
      expect(decodePlatformFacts({ ...ONE, pnode: 'pnode-0000' }, reader).size).toBe(0);
    }),
  );
});

test('texts of several lines, long ones, and what looks like something else come back too', () => {
  const value = {
    script: '#!/bin/sh\n\n  echo "$1"\t: # yes\n',
    long: 'word '.repeat(100),
    same: ['no', '0x1', '1e3', '~', '', ' a ', '\r\n', '\u0000', 'a: b', '- a'],
  };
  const twice = { a: value, b: value };
  const reader = plannedReader([encodePlatformFact(ONE, 'guests', twice)]);
  expect(decodePlatformFacts(ONE, reader).get('guests')).toEqual(twice);
});

const GIVE = `export default { summary: 'g', needs: ['nodes'], provides: ['guests', 'all'], many: ['all'],
  plan: ({ facts: { nodes } }) => ({ facts: { guests: nodes.map(({ name }) => ({ name })), all: 1 } }) };`;
const TAKE = `export default { summary: 't', needs: ['guests'],
  plan: ({ facts: { guests } }) => ({ notes: [JSON.stringify(guests)] }) };`;

const FILES = {
  'setup/one/10_guests.ts': GIVE,
  'setup/two/10_guests.ts': GIVE,
  'launch/one/take.ts': TAKE,
  'launch/two/take.ts': TAKE,
};

describe("what a platform's setup provides", () => {
  test("is there for that platform's launch, from the plan and from the directory alone", async () => {
    const both = await planWith(FILES);
    expect(both.notes).toEqual(['[{"name":"a"}]', '[{"name":"b"}]']);
    const files = configFiles(both);
    expect(files.filter(({ path }) => path.startsWith('platform/'))).toEqual([
      { path: 'platform/one/pnode-0000/guests.yaml', content: '- name: a\n' },
      { path: 'platform/two/pnode-0000/guests.yaml', content: '- name: b\n' },
    ]);
    const alone = await planWith(FILES, { phases: ['launch'], onDisk: plannedReader(files) });
    expect(alone.notes).toEqual(both.notes);
  });

  test('is not read from the directory where setup is planned and does not give it any more', async () => {
    const files = configFiles(await planWith(FILES));
    const { 'setup/one/10_guests.ts': _gone, ...rest } = FILES;
    const message = await rejection(planWith(rest, { onDisk: plannedReader(files) }));
    expect(message).toContain("launch/one/take.ts needs the fact 'guests'");
  });

  test('is for its own stages only', async () => {
    const message = await rejection(planWith({ ...FILES, 'launch/other.ts': TAKE }));
    expect(message).toContain("launch/other.ts needs the fact 'guests', which no stage before it provides");
  });
});

function configFiles({ effects, experiment }: Plan): readonly { path: string; content: string }[] {
  return effects
    .filter(({ kind, name }) => kind === 'file' && name.startsWith(experiment.configDir))
    .map(({ spec }) => spec as FileSpec)
    .map(({ path, content }) => ({ path: path.slice(experiment.configDir.length + 1), content }));
}
