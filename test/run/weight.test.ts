import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { effectId } from '../../engine/model/effect.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';
import { execute } from '../../engine/run/execute.ts';
import type { Execution } from '../../engine/run/execute.ts';
import { waitingRoom } from '../../engine/run/waiting-room.ts';
import { fake, fakeHost } from '../plan/_support.ts';

let directory = '';
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-weight-'));
  journal = openJournal(directory);
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

const guest = (name: string, weight?: number): PlannedEffect =>
  fake(`guest ${name}`, {}, weight === undefined ? {} : { weight });

/** Makes guests, each of which ends when told: what is at work at every step, and what the journal knew then. */
async function make(
  effects: readonly PlannedEffect[],
  options: { places: number; broken?: string; abortAfter?: string },
): Promise<{ steps: readonly string[]; execution: Execution; intended: readonly (readonly string[])[] }> {
  const host = fakeHost(['guest']);
  if (options.broken !== undefined) host.broken.add(options.broken);
  const kind = host.kinds.get('guest')!;
  const controller = new AbortController();
  const atWork: { names: string; end: () => void }[] = [];
  const slow: typeof kind = {
    ...kind,
    make: async (batch, view) => {
      await new Promise<void>((end) => atWork.push({ names: batch.map(({ name }) => name).join(' '), end }));
      return kind.make(batch, view);
    },
  };
  const steps: string[] = [];
  const intended: string[][] = [];
  const done = execute(
    { make: effects.map((effect) => ({ effect, why: [] })), change: [], unmake: [], settle: [], kept: 0 },
    {
      journal,
      kinds: new Map([['guest', slow]]),
      emit: () => undefined,
      signal: controller.signal,
      places: options.places,
    },
  );
  for (;;) {
    await new Promise(setImmediate);
    if (atWork.length === 0) break;
    steps.push(atWork.map(({ names }) => names).join(', '));
    intended.push([...journal.effects.keys()].map((id) => id.slice(6)).sort());
    const first = atWork.shift()!;
    if (options.abortAfter === first.names) controller.abort();
    first.end();
  }
  return { steps, execution: await done, intended };
}

describe('effects with a weight', () => {
  test('are made as many at a time as there is room for, each in the journal when it starts', async () => {
    const all = [guest('a', 1), guest('b', 1), guest('c', 1), guest('d', 1)];
    const { steps, execution, intended } = await make(all, { places: 2 });
    expect(steps).toEqual(['a, b', 'b, c', 'c, d', 'd']);
    expect(intended[0]).toEqual(['a', 'b']);
    expect(execution.done).toEqual(all.map(effectId));
  });

  test('that are heavier than the host start alone; those without go at once, as one batch', async () => {
    const all = [guest('a', 5), guest('b', 1), guest('x'), guest('y')];
    const { steps } = await make(all, { places: 2 });
    expect(steps).toEqual(['x y, a', 'a', 'b']);
  });

  test('are not started any more after a fatal failure', async () => {
    const all = [guest('a', 1), guest('b', 1), guest('c', 1)];
    const { steps, execution } = await make(all, { places: 2, broken: 'guest a' });
    expect(steps).toEqual(['a, b', 'b']);
    expect(execution).toMatchObject({ fatal: true, failed: ['guest a'], done: ['guest b'] });
    expect(journal.recorded('guest c')).toBeUndefined();
  });

  test('are not started any more after an interrupt', async () => {
    const all = [guest('a', 1), guest('b', 1)];
    const { steps, execution } = await make(all, { places: 1, abortAfter: 'a' });
    expect(steps).toEqual(['a']);
    expect(execution).toMatchObject({ interrupted: true, done: ['guest a'] });
  });

  test('that fail and may do not keep their places', async () => {
    const may = { ...guest('a', 1), failure: 'nonfatal' as const };
    const { execution } = await make([may, guest('b', 1)], { places: 1, broken: 'guest a' });
    expect(execution).toMatchObject({ fatal: false, failed: ['guest a'], done: ['guest b'] });
  });
});

test('what is heavy is not overtaken for ever by what is light', () => {
  const room = waitingRoom<number>(2, (weight) => weight);
  room.enter([1, 2, 1]);
  expect(room.admit()).toEqual([1]);
  room.leave(1);
  expect(room.admit()).toEqual([2]);
  expect(room.admit()).toEqual([]);
  room.leave(2);
  expect(room.admit()).toEqual([1]);
});
