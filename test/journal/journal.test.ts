import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { journaled, openJournal, readJournal } from '../../engine/journal/journal.ts';
import type { JournalRecord } from '../../engine/journal/record.ts';
import { specHash } from '../../engine/plan/plan.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';
import { fake } from '../plan/_support.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const link = fake('link a');
const begin: JournalRecord = {
  type: 'begin',
  run: 'r1',
  time: '2026-01-01T00:00:00.000Z',
  boot: 'b',
  pid: 1,
  command: 'up',
  experiment: { project: 't', name: 'x', id: '00000000' },
};
const intent = (
  op: 'make' | 'change' | 'unmake',
  effect: PlannedEffect,
  before?: unknown,
): JournalRecord => ({
  type: 'intent',
  op,
  effects: [
    { effect: journaled(effect), specHash: specHash(effect), ...(before !== undefined && { before }) },
  ],
});

function write(...records: readonly JournalRecord[]): void {
  const journal = openJournal(directory);
  journal.append(records, { durable: true });
  journal.close();
}

describe('the journal', () => {
  test('knows who was stopped, how far the last run got, and why an effect failed until it is tried again', () => {
    write(begin, { type: 'nodes', nodes: [] }, { type: 'stopped', nodes: ['n'] }, intent('make', link));
    write({ type: 'failed', id: 'link a', op: 'make', error: { message: 'no' } });
    const state = readJournal(directory);
    expect([...state.stopped]).toEqual(['n']);
    expect(state.lastRun?.launching).toBe(true);
    expect(state.recorded('link a')).toMatchObject({ status: 'making', failure: { message: 'no' } });
    write({ ...begin, run: 'r2' }, { type: 'stopped', nodes: [] }, intent('make', link));
    const later = readJournal(directory);
    expect(later.stopped.size).toBe(0);
    expect(later.lastRun?.launching).toBeUndefined();
    expect(later.recorded('link a')).not.toHaveProperty('failure');
  });

  test('says after a replay what it said when it was written', () => {
    const journal = openJournal(directory);
    journal.append([begin, { type: 'planned', planHash: 'h' }, intent('make', link)]);
    journal.append([{ type: 'done', id: 'link a', op: 'make', state: { pid: 7 } }]);
    journal.append([{ type: 'asking', nodes: ['n', 'm'] }]);
    journal.append([{ type: 'leased', leases: [{ node: 'n', address: '1.2.3.4', prefix: 24, mac: 'm' }] }]);
    journal.append([{ type: 'end', run: 'r1', time: '2026-01-01T00:00:01.000Z', ok: true }]);
    journal.close();
    const again = readJournal(directory);
    expect(again.effects).toEqual(journal.effects);
    expect(again.recorded('link a')).toMatchObject({ status: 'made', state: { pid: 7 } });
    expect(again.lastRun).toMatchObject({ command: 'up', planHash: 'h', ok: true });
    expect([...again.asked]).toEqual(['m']);
    expect([...again.leases.keys()]).toEqual(['n']);
  });

  test('is empty where there is none, and makes no file when it is only read', () => {
    expect(readJournal(join(directory, 'none')).effects.size).toBe(0);
  });

  test('takes a torn last line for not written, and cuts it off before it goes on', () => {
    write(begin, intent('make', link));
    appendFileSync(join(directory, 'journal.jsonl'), '{"type":"done","id":"link a","op":"ma');
    expect(readJournal(directory).recorded('link a')!.status).toBe('making');
    write({ type: 'done', id: 'link a', op: 'make' });
    expect(readJournal(directory).recorded('link a')!.status).toBe('made');
    const lines = readFileSync(join(directory, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as JournalRecord).type)).toEqual([
      'begin',
      'intent',
      'done',
    ]);
  });

  test('knows what a killed run left half done', () => {
    const made = [
      intent('make', link, { before: null }),
      { type: 'done', id: 'link a', op: 'make' } as const,
    ];
    write(
      begin,
      intent('make', fake('link half')),
      ...made,
      intent('change', { ...link, spec: { of: 'new' } }),
    );
    const state = readJournal(directory);
    expect(state.recorded('link half')!.status).toBe('making');
    expect(state.recorded('link a')).toMatchObject({
      status: 'changing',
      effect: { spec: { of: 'new' } },
      previous: { spec: { of: 'a' } },
      state: { before: null },
    });
    write(intent('unmake', link));
    expect(readJournal(directory).recorded('link a')!.status).toBe('unmaking');
    write({ type: 'done', id: 'link a', op: 'unmake' });
    expect(readJournal(directory).recorded('link a')).toBeUndefined();
  });

  test('remembers what the first of two half-done changes changed', () => {
    const as = (of: string) => intent('change', { ...link, spec: { of } });
    write(intent('make', link), { type: 'done', id: 'link a', op: 'make' }, as('b'), as('c'));
    expect(readJournal(directory).recorded('link a')).toMatchObject({
      effect: { spec: { of: 'c' } },
      previous: link,
    });
  });

  test('tells what was found in place from what was made', () => {
    const settled = (effect: PlannedEffect): JournalRecord => ({
      type: 'settled',
      effect,
      specHash: specHash(effect),
    });
    write(intent('make', link), settled(link), settled(fake('link found')));
    expect(readJournal(directory).recorded('link a')).toMatchObject({ status: 'made' });
    expect(readJournal(directory).recorded('link a')!.found).toBeUndefined();
    expect(readJournal(directory).recorded('link found')!.found).toBe(true);
  });

  test('keeps long texts by length and sum only', () => {
    const long = fake('file f', {}, { spec: { content: 'x'.repeat(600), path: '/f' } });
    expect(journaled(long).spec).toMatchObject({ path: '/f', content: { length: 600 } });
  });

  test('keeps commands whole, which undo runs', () => {
    const long = fake('command c', {}, { spec: { unmake: ['echo', 'x'.repeat(600)] } });
    expect(journaled(long)).toEqual(long);
  });
});
