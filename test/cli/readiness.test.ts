import { describe, expect, test } from '@jest/globals';
import { unreadyNodes } from '../../engine/cli/readiness.ts';
import { startTimeOf } from '../../engine/host/process-state.ts';
import type { JournalState } from '../../engine/journal/journal.ts';
import { effectId } from '../../engine/model/effect.ts';
import type { Recorded } from '../../engine/plan/kind.ts';
import type { NodeRecord } from '../../engine/plan/plan.ts';
import { fake } from '../plan/_support.ts';

const ALIVE = { pid: process.pid, startTime: startTimeOf(process.pid)! };
const DEAD = { pid: process.pid, startTime: ALIVE.startTime - 1 };
const NODE = { name: 'a', ghost: false, alive: 'process node-a', parts: 2 } as NodeRecord;

function part(id: string, more: Partial<Recorded> = {}): Recorded {
  return { effect: fake(id, {}, { node: 'a' }), specHash: '', status: 'made', ...more };
}

function journalOf(parts: readonly Recorded[], more: Partial<JournalState> = {}): JournalState {
  return {
    effects: new Map(parts.map((one) => [effectId(one.effect), one])),
    stopped: new Set(),
    lastRun: { boot: 'now' },
    ...more,
  } as JournalState;
}

const node = part('process node-a', { state: ALIVE });
const tap = part('tap e0');

describe('a node is ready', () => {
  test('when all of its parts are made, and its processes live', () => {
    expect(unreadyNodes([NODE], journalOf([node, tap]), 'now')).toEqual([]);
  });
});

describe('what shapes the links of a node has to run, too', () => {
  const shaped = { ...NODE, shapedBy: ['process delay-l' as const] };
  const shaper = (more: Partial<Recorded>): Recorded => ({
    effect: fake('process delay-l'),
    specHash: '',
    status: 'made',
    ...more,
  });
  test.each([
    ['it runs', shaper({ state: ALIVE }), undefined],
    ['it died', shaper({ state: DEAD }), 'has links that are not shaped'],
    ['it is being made', shaper({ status: 'making' }), 'has links that are not shaped'],
    [
      'it failed',
      shaper({ status: 'making', failure: { message: 'no' } }),
      'has links that are not shaped: no',
    ],
  ] as const)('%s', (_, one, why) => {
    const unready = unreadyNodes([shaped], journalOf([node, tap, one]), 'now');
    expect(unready.map((seen) => seen.why)).toEqual(why === undefined ? [] : [why]);
  });
  test('it is not there', () => {
    expect(unreadyNodes([shaped], journalOf([node, tap]), 'now')).toHaveLength(1);
  });
});

describe('a node is not ready', () => {
  test.each([
    ['has 1 of its 2 parts', false, [node], {}],
    ['has 1 of its 2 parts', false, [node, part('tap e0', { status: 'making' })], {}],
    ['its process node-a died', false, [part('process node-a', { state: DEAD }), tap], {}],
    ['was stopped', false, [tap], { stopped: new Set(['a']) }],
    ['went when this host was started anew', false, [node, tap], { lastRun: { boot: 'then' } as never }],
    ['failed: no', true, [node, part('tap e0', { status: 'making', failure: { message: 'no' } })], {}],
  ] as const)('%s', (why, failed, parts, more) => {
    expect(unreadyNodes([NODE], journalOf(parts, more), 'now')).toEqual([{ node: 'a', why, failed }]);
  });
});
