import { join } from 'node:path';
import type { ExperimentFact } from '../model/experiment.ts';
import { experimentCgroup } from './cgroup.ts';
import { runBatch } from './batch.ts';
import type { BatchOptions, CommandResult, HostCommand } from './batch.ts';

/** What the effect kinds of one experiment share. */
export interface HostContext {
  readonly experiment: ExperimentFact;
  /** Runs commands among the experiment's helpers. */
  run(commands: readonly HostCommand[], options?: BatchOptions): Promise<readonly CommandResult[]>;
  /** Tells the user what goes on inside of long work. */
  tell(text: string): void;
  /** The cgroup of a process effect. */
  processCgroup(name: string): string;
  /** The log of a process effect. */
  processLog(name: string): string;
  /** Where a task notes which incarnation of its process it has run in. */
  taskMark(name: string): string;
}

/** @param workCgroup of the run; none for those who only look. */
export function hostContext(
  experiment: ExperimentFact,
  workCgroup?: string,
  tell: (text: string) => void = () => undefined,
): HostContext {
  return {
    experiment,
    tell,
    run: (commands, options = {}) => runBatch(commands, { workCgroup, ...options }),
    processCgroup: (name) => join(experimentCgroup(experiment.id), 'live', escapeName(name)),
    processLog: (name) => join(experiment.stateDir, 'log', `${escapeName(name)}.log`),
    taskMark: (name) => join(experiment.stateDir, 'tasks', escapeName(name)),
  };
}

/** One path component from any name: what is not a letter, digit, `-`, `_` or `.` becomes %XX. */
function escapeName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]|^\.+/g, (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
