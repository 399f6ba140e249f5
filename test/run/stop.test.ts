import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { effectsOfNodes } from '../../engine/cli/nodes-effects.ts';
import { openJournal, readJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { effectId } from '../../engine/model/effect.ts';
import type { NodeRecord } from '../../engine/plan/plan.ts';
import { specHash } from '../../engine/plan/plan.ts';
import type { RunEvent } from '../../engine/run/events.ts';
import { halfStopped, stopNodes } from '../../engine/run/stop.ts';
import type { StopContext } from '../../engine/run/stop.ts';
import { fake, fakeHost } from '../plan/_support.ts';
import type { FakeHost } from '../plan/_support.ts';

/** Two nodes on a switch; a's disk is its own and stays, its plug is of no use without it, its log is history. */
const A = { node: 'a' } as const;
const EFFECTS = [
  fake('switch s'),
  fake('net a', {}, A),
  fake('disk a', { after: ['net a'] }, A),
  fake('life a', { after: ['disk a', 'switch s', 'net b'] }, A),
  fake('plug a', { diesWith: ['life a', 'switch s'] }, A),
  fake('file a', { within: ['plug a'] }, A),
  fake('task a', { diesWith: ['life a'] }, { ...A, keep: 'history' }),
  fake('net b', {}, { node: 'b' }),
  fake('life b', { after: ['net b'] }, { node: 'b' }),
];

let directory = '';
let journal: Journal;
let host: FakeHost;
let events: RunEvent[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-stop-'));
  journal = openJournal(directory);
  host = fakeHost(['switch', 'net', 'disk', 'life', 'plug', 'file', 'task']);
  events = [];
  for (const effect of EFFECTS) {
    host.there.set(effectId(effect), effect.spec);
    journal.append([{ type: 'settled', effect, specHash: specHash(effect) }]);
    // Not found there: made by us.
    journal.append([
      { type: 'intent', op: 'make', effects: [{ effect, specHash: specHash(effect) }] },
      { type: 'done', id: effectId(effect), op: 'make' },
    ]);
  }
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

function stop(nodes: readonly Partial<NodeRecord>[], run: StopContext['run'] = async () => undefined) {
  return stopNodes(nodes as NodeRecord[], {
    journal,
    kinds: host.kinds,
    emit: (event) => events.push(event),
    run,
  });
}

const notes = (): readonly string[] => events.flatMap((event) => (event.type === 'note' ? [event.text] : []));

test('the life of a node goes with what hangs on it, and nothing else', async () => {
  const { failed } = await stop([{ name: 'a', alive: 'life a' }]);
  expect(failed).toEqual([]);
  expect([...journal.effects.keys()]).toEqual(['switch s', 'net a', 'disk a', 'task a', 'net b', 'life b']);
  expect(host.log).toEqual(['unmake plug: a', 'unmake life: a']);
});

test('it is written down before anything is done, and adds to what was stopped before', async () => {
  journal.append([{ type: 'stopped', nodes: ['b'] }]);
  await stop([{ name: 'a', alive: 'life a', stop: { argv: ['ask'], seconds: 1 } }], async () => {
    expect([...readJournal(directory).stopped]).toEqual(['a', 'b']);
    host.there.delete('life a');
    return undefined;
  });
  expect(notes()).toEqual([]);
});

test('a node that refuses, or takes too long, is ended all the same', async () => {
  const farewell = (seconds: number) => ({ argv: ['ask', String(seconds)], seconds });
  await stop(
    [
      { name: 'a', alive: 'life a', stop: farewell(5) },
      { name: 'b', alive: 'life b', stop: farewell(0.2) },
    ],
    async ([, seconds]) => (seconds === '5' ? 'no such host' : undefined),
  );
  expect([...notes()].sort()).toEqual([
    'a could not be asked to stop (no such host): it is ended',
    'b did not stop by itself within 0.2 s: it is ended',
  ]);
  expect(journal.effects.has('life a') || journal.effects.has('life b')).toBe(false);
});

test('a node that has gone is not asked', async () => {
  host.there.delete('life a');
  await stop([{ name: 'a', alive: 'life a', stop: { argv: ['ask'], seconds: 1 } }], async () => {
    throw new Error('asked');
  });
  expect(journal.effects.has('life a')).toBe(false);
});

test('whose stop was begun and not ended is known: it may be about to end', async () => {
  const nodes = [
    { name: 'a', alive: 'life a' },
    { name: 'b', alive: 'life b' },
  ] as NodeRecord[];
  journal.append([
    { type: 'nodes', nodes },
    { type: 'stopped', nodes: ['a'] },
  ]);
  expect(halfStopped(journal).map(({ name }) => name)).toEqual(['a']);
  await stop(halfStopped(journal));
  expect(halfStopped(journal)).toEqual([]);
});

test('what starts a node again: its own effects and what they hang on, but nothing of other nodes', () => {
  const mine = effectsOfNodes({ effects: EFFECTS }, new Set(['a']));
  expect(EFFECTS.filter(mine).map(effectId)).toEqual([
    'switch s',
    'net a',
    'disk a',
    'life a',
    'plug a',
    'file a',
    'task a',
  ]);
});
