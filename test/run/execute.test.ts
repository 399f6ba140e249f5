import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { effectId } from '../../engine/model/effect.ts';
import type { Delta } from '../../engine/plan/delta.ts';
import type { Outcome } from '../../engine/plan/kind.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';
import type { RunEvent } from '../../engine/run/events.ts';
import { execute } from '../../engine/run/execute.ts';
import type { Execution } from '../../engine/run/execute.ts';
import { fake, fakeHost } from '../plan/_support.ts';
import type { FakeHost } from '../plan/_support.ts';

let directory = '';
let journal: Journal;
let events: RunEvent[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-execute-'));
  journal = openJournal(directory);
  events = [];
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

type Part = 'make' | 'change' | 'unmake';

function run(
  { kinds }: FakeHost,
  delta: Partial<Record<Part, readonly PlannedEffect[]>>,
  signal?: AbortSignal,
): Promise<Execution> {
  const steps = (part: Part): Delta[Part] => (delta[part] ?? []).map((effect) => ({ effect, why: ['test'] }));
  const whole = {
    make: steps('make'),
    change: steps('change'),
    unmake: steps('unmake'),
    settle: [],
    kept: 0,
  };
  return execute(whole, { journal, kinds, emit: (event) => events.push(event), signal });
}

describe('making', () => {
  test('goes along the edges, ready effects of one kind as one batch', async () => {
    const host = fakeHost(['net', 'link']);
    const plan = [
      fake('net n'),
      fake('net m'),
      fake('link a', { within: ['net n'] }),
      fake('link b', { after: ['net m'] }),
    ];
    const { done } = await run(host, { make: plan });
    expect(host.log).toEqual(['make net: n m', 'make link: a b']);
    expect(done).toHaveLength(4);
    expect(journal.recorded('link a')).toMatchObject({ status: 'made' });
  });

  test("does all of setup's before launch's", async () => {
    const host = fakeHost(['file', 'net']);
    const file = fake('file f', {}, { stage: 'setup/x' });
    await run(host, { make: [fake('net n'), file] });
    expect(host.log).toEqual(['make file: f', 'make net: n']);
  });

  test('writes down its intent before a batch starts, and its failures after', async () => {
    const host = fakeHost(['net']);
    const kind = host.kinds.get('net')!;
    const seen: (string | undefined)[] = [];
    const watched = {
      ...kind,
      make: (...args: Parameters<typeof kind.make>) => (
        seen.push(journal.recorded('net n')?.status),
        kind.make(...args)
      ),
    };
    await run({ ...host, kinds: new Map([['net', watched]]) }, { make: [fake('net n')] });
    expect(seen).toEqual(['making']);
  });
});

describe('a failure', () => {
  test('that is fatal stops what has not started, and names what was not tried', async () => {
    const host = fakeHost(['net', 'link', 'plug']);
    host.broken.add('net n');
    const plan = [
      fake('net n'),
      fake('link a', { within: ['net n'] }),
      fake('plug p', { diesWith: ['link a'] }),
    ];
    const execution = await run(host, { make: plan });
    expect(execution).toMatchObject({
      fatal: true,
      failed: ['net n'],
      blocked: ['link a', 'plug p'],
      done: [],
    });
    expect(host.log).toEqual(['make net: n']);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'effect-failed',
        fatal: true,
        error: expect.objectContaining({ stderr: 'no' }),
      }),
    );
  });

  test('that is nonfatal blocks what hangs on it, and nothing else', async () => {
    const host = fakeHost(['net', 'link']);
    host.broken.add('net n');
    const plan = [
      fake('net n', {}, { failure: 'nonfatal', node: 'n' }),
      fake('net m'),
      fake('link a', { within: ['net n'] }, { failure: 'nonfatal', node: 'n' }),
      fake('link b', { within: ['net m'] }),
    ];
    const execution = await run(host, { make: plan });
    expect(execution).toMatchObject({
      fatal: false,
      failed: ['net n'],
      blocked: ['link a'],
      done: ['net m', 'link b'],
    });
    expect(events).toContainEqual({
      type: 'effect-blocked',
      effect: 'link a',
      stage: 'launch/fake',
      by: 'net n',
    });
  });

  test('that is nonfatal is fatal where something hangs on it that may not be missing', async () => {
    const host = fakeHost(['net', 'link']);
    host.broken.add('net n');
    const plan = [
      fake('net n', {}, { failure: 'nonfatal', node: 'n' }),
      fake('link all', { after: ['net n'] }),
    ];
    expect(await run(host, { make: plan })).toMatchObject({ fatal: true, blocked: ['link all'] });
  });

  test('of the kind itself is a failure of its batch', async () => {
    const host = fakeHost(['net']);
    const broken = { ...host.kinds.get('net')!, make: () => Promise.reject(new Error('oh')) };
    const execution = await run({ ...host, kinds: new Map([['net', broken]]) }, { make: [fake('net n')] });
    expect(execution).toMatchObject({ fatal: true, failed: ['net n'] });
    expect(journal.recorded('net n')!.status).toBe('making');
  });
});

describe('what was there before us', () => {
  test('is written down before it is changed for the first time, though it was as wanted until then', async () => {
    const host = fakeHost(['net']);
    const change = (): Promise<readonly Outcome[]> => Promise.resolve([{ ok: true }]);
    const kinds = new Map([['net', { ...host.kinds.get('net')!, before: () => 'image', change }]]);
    journal.append([{ type: 'settled', effect: fake('net n'), specHash: 'as it was' }]);
    expect(journal.recorded('net n')).toMatchObject({ found: true });
    await run({ ...host, kinds }, { change: [fake('net n', {}, { spec: { of: 'other' } })] });
    expect(journal.recorded('net n')).toMatchObject({ status: 'made', state: 'image' });
    expect(journal.recorded('net n')!.found).toBeUndefined();
  });
});

describe('unmaking', () => {
  test('goes backwards along the edges; what is within something that goes is not touched, and written down', async () => {
    const host = fakeHost(['net', 'link', 'plug']);
    const plan = [
      fake('net n'),
      fake('link a', { within: ['net n'] }),
      fake('plug p', { diesWith: ['link a'] }),
    ];
    await run(host, { make: plan });
    host.log.length = 0;
    const { done } = await run(host, { unmake: plan.toReversed() });
    expect(host.log).toEqual(['unmake plug: p', 'unmake net: n']);
    expect(done).toEqual(['plug p', 'link a', 'net n']);
    expect(journal.effects.size).toBe(0);
    expect(events.filter(({ type }) => type === 'effect-done')).toHaveLength(6);
  });

  test('of what holds others, when it fails, leaves them in the journal', async () => {
    const host = fakeHost(['net', 'link']);
    const plan = [fake('net n'), fake('link a', { within: ['net n'] })];
    await run(host, { make: plan });
    host.broken.add('net n');
    const execution = await run(host, { unmake: plan.toReversed() });
    expect(execution).toMatchObject({ fatal: true, failed: ['net n'], done: [] });
    expect([...journal.effects.keys()].sort()).toEqual(['link a', 'net n']);
  });

  test('comes before making', async () => {
    const host = fakeHost(['net']);
    await run(host, { make: [fake('net new')], unmake: [fake('net old')] });
    expect(host.log).toEqual(['unmake net: old', 'make net: new']);
  });

  test('that fails keeps what it hangs on, and makes nothing anew', async () => {
    const host = fakeHost(['net', 'plug']);
    const plan = [fake('plug p', { diesWith: ['net n'] }), fake('net n')];
    host.broken.add('plug p');
    const execution = await run(host, { unmake: plan, make: plan });
    expect(execution).toMatchObject({ fatal: true, failed: ['plug p'], blocked: ['net n'] });
    expect(host.log).toEqual(['unmake plug: p']);
  });
});

test('an interrupt lets what runs end, and starts nothing new', async () => {
  const host = fakeHost(['net', 'link']);
  const controller = new AbortController();
  const kind = host.kinds.get('net')!;
  const slow = {
    ...kind,
    make: (...args: Parameters<typeof kind.make>) => (controller.abort(), kind.make(...args)),
  };
  const kinds = new Map([...host.kinds, ['net', slow] as const]);
  const plan = [fake('net n'), fake('link a', { within: ['net n'] })];
  const execution = await run({ ...host, kinds }, { make: plan }, controller.signal);
  expect(execution).toMatchObject({ interrupted: true, done: ['net n'], failed: [] });
  expect(plan.map((effect) => journal.recorded(effectId(effect))?.status)).toEqual(['made', undefined]);
});

describe('what goes with others', () => {
  const plan = [
    fake('guest g'),
    fake('guest h'),
    fake('plug p', { diesWith: ['guest g', 'guest h'] }),
    fake('plug q', { diesWith: ['guest g'] }),
  ];
  const hosting = (): FakeHost => {
    const host = fakeHost(['guest', 'plug']);
    const plug = {
      ...host.kinds.get('plug')!,
      goesWith: ({ edges }: PlannedEffect): readonly string[] => edges.diesWith,
    };
    return { ...host, kinds: new Map([...host.kinds, ['plug', plug] as const]) };
  };

  test('is not touched where all of them go', async () => {
    const host = hosting();
    await run(host, { make: plan });
    host.log.length = 0;
    await run(host, { unmake: plan.toReversed() });
    expect(host.log).toEqual(['unmake guest: g h']);
    expect(journal.effects.size).toBe(0);
  });

  test('is unmade, before, where one of them stays', async () => {
    const host = hosting();
    await run(host, { make: plan });
    host.log.length = 0;
    await run(host, { unmake: [plan[3]!, plan[2]!, plan[0]!] });
    expect(host.log).toEqual(['unmake plug: p', 'unmake guest: g']);
    expect([...journal.effects.keys()]).toEqual(['guest h']);
  });
});
