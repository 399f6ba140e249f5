import { existsSync, readFileSync } from 'node:fs';
import { processesOf } from '../../host/cgroup.ts';
import { hostContext } from '../../host/context.ts';
import { isAlive } from '../../host/process-state.ts';
import type { ProcessState } from '../../host/process-state.ts';
import type { Recorded } from '../../plan/kind.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import type { TaskSpec } from '../../stage/effects.ts';
import type { Known } from '../known.ts';

/** How a node's start command is doing, and where its output is. */
export interface StartCommand {
  readonly command: string;
  /** `lost`: it is gone, and left no exit status; killed from outside, say. */
  readonly state: 'not-run' | 'running' | 'ended' | 'lost';
  /** Once it has ended; 128 + n where signal n ended it. */
  readonly exitStatus?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status?: string;
}

/** Undefined for a node that has none. */
export function startCommandOf(known: Known, node: NodeRecord): StartCommand | undefined {
  if (node.startup === undefined) return undefined;
  const task = known.journal.recorded(`task start-${node.name}`);
  if (!task) return { command: node.startup, state: 'not-run' };
  const { stdout, stderr, status } = task.effect.spec as TaskSpec;
  return { command: node.startup, ...outcomeOf(known, task), stdout, stderr, status };
}

function outcomeOf(known: Known, task: Recorded): Pick<StartCommand, 'state' | 'exitStatus'> {
  const { status, enter } = task.effect.spec as TaskSpec;
  const ranIn = (task.state as { readonly ranIn?: ProcessState } | undefined)?.ranIn;
  if (task.status !== 'made' || !ranIn) return { state: 'not-run' };
  if (existsSync(status)) return { state: 'ended', exitStatus: Number(readFileSync(status, 'utf8')) };
  const cgroup = hostContext(known.experiment).processCgroup(enter);
  if (isAlive(ranIn) && processesOf(cgroup).some((pid) => isSupervisor(pid, status)))
    return { state: 'running' };
  // It may have ended while we looked.
  if (existsSync(status)) return { state: 'ended', exitStatus: Number(readFileSync(status, 'utf8')) };
  return { state: 'lost' };
}

/** The process that waits for the command has the status file among its arguments. */
function isSupervisor(pid: number, status: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(status);
  } catch {
    return false;
  }
}
