import type { Failure, Outcome } from '../plan/kind.ts';
import { commandLine } from './batch.ts';
import type { CommandResult, HostCommand } from './batch.ts';

/** Done. */
export const DONE: Outcome = { ok: true };

/** A command's end as an outcome. */
export function outcomeOf(command: HostCommand, result: CommandResult, hint?: string): Outcome {
  return result.status === 0 ? DONE : failed(failureOf(command, result, hint));
}

export function failed(error: Failure): Outcome {
  return { ok: false, error };
}

/** What a command that failed has to say: its last line, and what stands indented below it as the hint. */
export function failureOf(command: HostCommand, result: CommandResult, hint?: string): Failure {
  const stderr = result.stderr.trim();
  const lines = stderr.split('\n');
  const last = lines.findLastIndex((line) => !/^\s/.test(line));
  const below = lines
    .slice(last + 1)
    .map((line) => line.trim())
    .join(' ');
  const advice = hint ?? (below || undefined);
  const input = command.stdin === undefined ? '' : ` <<< ${JSON.stringify(command.stdin.trim())}`;
  return {
    message: lines[last] || `${command.argv[0]} ended with status ${result.status}`,
    command: commandLine(command.argv) + input,
    ...(stderr && { stderr }),
    ...(advice !== undefined && { hint: advice }),
  };
}

/** What an operation of the file system threw, as an outcome. */
export function attempt(work: () => unknown): Outcome {
  try {
    const state = work();
    return state === undefined ? DONE : { ok: true, state };
  } catch (error) {
    return failed({ message: (error as Error).message });
  }
}
