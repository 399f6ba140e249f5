import { expect, test } from '@jest/globals';
import { colorsFor, noColors } from '../../engine/report/colors.ts';
import { jsonReporter } from '../../engine/report/json.ts';
import { liveLine } from '../../engine/report/live-line.ts';
import { textReporter } from '../../engine/report/text.ts';
import type { RunEvent } from '../../engine/run/events.ts';

const started: RunEvent = {
  type: 'run-started',
  command: 'up',
  experiment: 't/x',
  varDir: '/var/x',
  resume: 'benito-pipeline up x.xml',
  clear: 'benito-pipeline down -e t/x',
};
const done = (effect: string, op: 'make' | 'unmake' = 'make'): RunEvent => ({
  type: 'effect-done',
  op,
  effect,
  stage: 'launch/p/links',
});
const ended: RunEvent = { type: 'run-ended', ok: true, seconds: 1.25, done: 4, failed: 0 };

function report(...events: readonly RunEvent[]): readonly string[] {
  const lines: string[] = [];
  const emit = textReporter({
    write: (line) => lines.push(line),
    writeError: (line) => lines.push(`! ${line}`),
    colors: noColors,
  });
  events.forEach(emit);
  return lines;
}

test('in a pipe there is a line a stage, not a line an effect', () => {
  const delta: RunEvent = {
    type: 'delta',
    make: 3,
    change: 0,
    unmake: 1,
    kept: 0,
    byStage: { 'launch/p/links': 3, 'launch/s': 1 },
  };
  const lines = report(
    started,
    delta,
    done('tap old', 'unmake'),
    done('tap a'),
    done('process p'),
    { ...done('process s'), stage: 'launch/s' } as RunEvent,
    ended,
  );
  expect(lines).toEqual([
    'up t/x in /var/x',
    '  launch/p/links  1 unmade; 2 made (1 tap, 1 process)',
    '  launch/s        1 made',
    'done: 4 effects in 1.3 s',
  ]);
});

test('notes are said once, skipped stages with their reason', () => {
  const note: RunEvent = { type: 'note', text: 'latency: NOT applied' };
  const skipped: RunEvent = { type: 'stage-planned', stage: 'launch/q', summary: 's', skipped: 'no guest' };
  expect(report(started, skipped, note, note, { ...ended, done: 0 }).slice(1)).toEqual([
    '  launch/q  skipped: no guest',
    '  note: latency: NOT applied',
    'nothing to do: t/x is as it should be; 1.3 s',
  ]);
});

test('a failure is told in full, with what was not tried and what to do', () => {
  const failed: RunEvent = {
    type: 'effect-failed',
    op: 'make',
    effect: 'tap a',
    stage: 'launch/p/links',
    node: 'n-1',
    fatal: true,
    error: {
      message: 'File exists',
      command: 'ip tuntap add',
      stderr: 'RTNETLINK answers:\nFile exists',
      hint: 'look',
    },
  };
  const delta: RunEvent = {
    type: 'delta',
    make: 3,
    change: 0,
    unmake: 0,
    kept: 0,
    byStage: { 'launch/p/links': 3 },
  };
  const blocked: RunEvent = {
    type: 'effect-blocked',
    effect: 'process p',
    stage: 'launch/p/links',
    by: 'tap a',
  };
  expect(
    report(started, delta, done('tap b'), failed, blocked, {
      ...ended,
      ok: false,
      done: 1,
      failed: 1,
      blocked: 1,
    }),
  ).toEqual([
    'up t/x in /var/x',
    '!   failed: launch/p/links: could not make tap a (node n-1)',
    '!     File exists',
    '!     command: ip tuntap add',
    '!     stderr: RTNETLINK answers:',
    '!             File exists',
    '!     hint: look',
    '  launch/p/links  1 made',
    '!   not tried, since tap a failed: 1',
    '! failed: 1 done, 1 failed, 1 not tried in 1.3 s',
    '!   to resume: benito-pipeline up x.xml',
    '!   to clear:  benito-pipeline down -e t/x',
  ]);
});

test('an interrupted run says how to go on', () => {
  const delta: RunEvent = {
    type: 'delta',
    make: 9,
    change: 0,
    unmake: 0,
    kept: 0,
    byStage: { 'launch/p/links': 9 },
  };
  const lines = report(
    started,
    delta,
    done('tap a'),
    { type: 'interrupted' },
    { ...ended, ok: false, done: 1, interrupted: true },
  );
  expect(lines.slice(1)).toEqual([
    '! interrupted: nothing new is started; waiting for what runs (again: end at once)',
    '  launch/p/links  1 made',
    '! interrupted: 1 done, 8 not tried in 1.3 s',
    '!   to resume: benito-pipeline up x.xml',
    '!   to clear:  benito-pipeline down -e t/x',
  ]);
});

test('residue is listed', () => {
  const lines = report({ ...started, command: 'down' }, { ...ended, ok: false, residue: ['TAP a'] });
  expect(lines).toContain('!   left over: TAP a');
});

test('on a terminal a live line shows stage, counts and time, and is gone at the end', () => {
  let screen = '';
  const live = liveLine({ columns: 60, write: (text) => (screen += text) });
  const emit = textReporter({
    write: (line) => (screen += `${line}\n`),
    writeError: () => undefined,
    colors: noColors,
    live,
  });
  emit(started);
  expect(screen).toMatch(/planning {2}0\.\d s$/);
  emit({ type: 'delta', make: 2, change: 0, unmake: 0, kept: 0, byStage: { 'launch/p/links': 2 } });
  emit(done('tap a'));
  emit(done('tap b'));
  emit(ended);
  const erased = screen.split('\n').map((line) => line.split('\r\u001B[2K').at(-1));
  expect(erased).toEqual(['up t/x in /var/x', '  launch/p/links  2 made', 'done: 4 effects in 1.3 s', '']);
});

test('in JSON every event is a line, with the seconds since the first', () => {
  const lines: string[] = [];
  let clock = 1000;
  const emit = jsonReporter(
    (line) => lines.push(line),
    () => clock,
  );
  emit(started);
  clock += 1500;
  emit({ type: 'note', text: 'x' });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { ...started, seconds: 0 },
    { type: 'note', text: 'x', seconds: 1.5 },
  ]);
});

test('colours are for terminals, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
  const tty = { isTTY: true };
  expect(colorsFor(tty, { TERM: 'xterm' })).not.toBe(noColors);
  expect(colorsFor(tty, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(noColors);
  expect(colorsFor(tty, { TERM: 'dumb' })).toBe(noColors);
  expect(colorsFor({}, {})).toBe(noColors);
  expect(colorsFor({}, { FORCE_COLOR: '1' })).not.toBe(noColors);
  expect(colorsFor(tty, { FORCE_COLOR: '0' })).toBe(noColors);
});
