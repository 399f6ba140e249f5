import { readFileSync } from 'node:fs';
import { effectId } from '../model/effect.ts';
import type { JournalView } from '../plan/kind.ts';

/** A process as the journal remembers it. A process id alone may be another's by now. */
export interface ProcessState {
  readonly pid: number;
  /** In clock ticks since boot (proc(5), stat field 22). */
  readonly startTime: number;
}

/** The process that an effect of that name is known to run as. */
export function processState(name: string, journal: JournalView): ProcessState | undefined {
  return journal.recorded(effectId({ kind: 'process', name }))?.state as ProcessState | undefined;
}

/** Whether that very process (not another one with its id) is alive. */
export function isAlive({ pid, startTime }: ProcessState): boolean {
  return startTimeOf(pid) === startTime;
}

/** When a process started, in clock ticks since boot; undefined for one that is gone, or a zombie. */
export function startTimeOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
