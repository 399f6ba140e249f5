import type { RunEvent } from '../run/events.ts';
import type { Colors } from './colors.ts';

type Failed = Extract<RunEvent, { type: 'effect-failed' }>;
type Started = Extract<RunEvent, { type: 'run-started' }>;
type Ended = Extract<RunEvent, { type: 'run-ended' }>;

const VERBS = { make: 'make', change: 'change', unmake: 'unmake' } as const;

/** A failure in full: stage, effect, what it said, the command with its stderr, and what to do. */
export function failureLines(
  { op, effect, stage, node, fatal, error }: Failed,
  colors: Colors,
): readonly string[] {
  const whose = node === undefined ? '' : ` (node ${node})`;
  const mild = fatal ? '' : ' (its failureaction is nonfatal: the rest goes on)';
  const lines = [
    `  ${colors.red('failed:')} ${stage}: could not ${VERBS[op]} ${effect}${whose}${mild}`,
    `    ${error.message}`,
  ];
  if (error.command !== undefined) lines.push(`    command: ${error.command}`);
  const stderr = error.stderr?.trim() ?? '';
  if (stderr !== '' && stderr !== error.message) {
    lines.push(
      ...stderr.split('\n').map((line, index) => `    ${index === 0 ? 'stderr: ' : '        '}${line}`),
    );
  }
  if (error.hint !== undefined) lines.push(`    hint: ${error.hint}`);
  return lines;
}

/** How a run ended: what was done in which time, and what to do where something is missing. `untried`: effects. */
export function closingLines(
  event: Ended,
  run: Started | undefined,
  untried: number,
  colors: Colors,
): readonly string[] {
  const { ok, seconds, done, failed, residue = [], interrupted } = event;
  const time = `${seconds.toFixed(1)} s`;
  const down = run?.command === 'down' || run?.command === 'stop';
  const who = run?.experiment ?? 'the experiment';
  if (ok && failed > 0) {
    return [`${colors.yellow('done, with failures:')} ${counts(done, failed, untried, down)} in ${time}`];
  }
  if (ok && done === 0) return [`${colors.green('nothing to do:')} ${who} is as it should be; ${time}`];
  if (ok) return [`${colors.green('done:')} ${counts(done, failed, untried, down)} in ${time}`];
  const word = interrupted ? 'interrupted:' : 'failed:';
  const left = residue.map((line) => `  left over: ${line}`);
  const advice = [
    ...(run?.resume === undefined ? [] : [`  to resume: ${run.resume}`]),
    ...(run?.clear === undefined ? [] : [`  to clear:  ${run.clear}`]),
  ];
  return [...left, `${colors.red(word)} ${counts(done, failed, untried, down)} in ${time}`, ...advice];
}

function counts(done: number, failed: number, untried: number, down: boolean): string {
  if (failed + untried === 0) return `${done} ${down ? 'unmade' : done === 1 ? 'effect' : 'effects'}`;
  const parts = [`${done} ${down ? 'unmade' : 'done'}`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (untried > 0) parts.push(`${untried} not tried`);
  return parts.join(', ');
}
