import type { Emit, RunEvent } from '../run/events.ts';
import type { Colors } from './colors.ts';
import { closingLines, failureLines } from './lines.ts';
import { noLiveLine } from './live-line.ts';
import type { LiveLine } from './live-line.ts';
import { stageTally } from './stage-tally.ts';

/** What a text report is written with. */
export interface TextOptions {
  /** A line of the report. */
  write(line: string): void;
  /** A line about a failure. */
  writeError(line: string): void;
  readonly colors: Colors;
  readonly live?: LiveLine;
  /** Milliseconds on some clock. */
  now?(): number;
}

/** Failures that are told in full; the rest are counted. */
const TOLD_IN_FULL = 20;

type Started = Extract<RunEvent, { type: 'run-started' }>;

/**
 * Tells a run to people: a line for each stage when it has done its work, failures in full, what the user should know,
 * and how it ended. On a terminal a live line shows stage, counts and time until then.
 */
export function textReporter(options: TextOptions): Emit {
  const { colors, live = noLiveLine, now = () => performance.now() } = options;
  const start = now();
  const tally = stageTally();
  const notes = new Set<string>();
  const blocked = new Map<string, number>();
  let run: Started | undefined;
  let failures = 0;
  let stage = '';
  const write = (line: string): void => {
    live.erase();
    options.write(line);
  };
  const writeError = (line: string): void => {
    live.erase();
    options.writeError(line);
  };
  const stageLine = (line: string | undefined): void => {
    if (line !== undefined) write(`  ${line}`);
  };
  const progress = (): string => {
    const elapsed = `${((now() - start) / 1000).toFixed(1)} s`;
    if (tally.total === 0) return `planning  ${stage === '' ? '' : `${stage}  `}${elapsed}`;
    return `${stage}  ${tally.ended}/${tally.total}  ${elapsed}`;
  };

  return (event) => {
    switch (event.type) {
      case 'run-started':
        run = event;
        write(`${colors.bold(event.command)} ${event.experiment} in ${event.varDir}`);
        break;
      case 'stage-planned':
        stage = event.stage;
        if (event.skipped !== undefined) write(colors.dim(`  ${event.stage}  skipped: ${event.skipped}`));
        break;
      case 'note':
        if (notes.has(event.text)) break;
        notes.add(event.text);
        write(`  ${colors.yellow('note:')} ${event.text}`);
        break;
      case 'progress':
        write(colors.dim(`  ${event.text}`));
        break;
      case 'delta':
        tally.expect(event.byStage ?? {});
        break;
      case 'effect-done':
        stage = event.stage;
        stageLine(tally.done(event.stage, event.op, event.effect));
        break;
      case 'effect-failed':
        failures += 1;
        if (failures <= TOLD_IN_FULL) failureLines(event, colors).forEach(writeError);
        stageLine(tally.lost(event.stage));
        break;
      case 'effect-blocked':
        blocked.set(event.by, (blocked.get(event.by) ?? 0) + 1);
        stageLine(tally.lost(event.stage));
        break;
      case 'interrupted':
        writeError(
          colors.yellow('interrupted: nothing new is started; waiting for what runs (again: end at once)'),
        );
        break;
      case 'run-ended':
        live.stop();
        tally.rest().forEach(stageLine);
        if (failures > TOLD_IN_FULL) writeError(`  and ${failures - TOLD_IN_FULL} more failures`);
        for (const [id, count] of [...blocked].slice(0, 5))
          writeError(`  not tried, since ${id} failed: ${count}`);
        closingLines(event, run, (event.blocked ?? 0) + tally.total - tally.ended, colors).forEach(
          event.ok ? write : writeError,
        );
        return;
    }
    live.show(progress);
  };
}
