import type { Operation } from '../journal/record.ts';
import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { kindOf } from '../plan/delta.ts';
import type { Step } from '../plan/delta.ts';
import type { EffectKinds } from '../plan/kind.ts';

/** One step of a delta, with what it waits for. */
export interface Job {
  readonly op: Operation;
  readonly step: Step;
  /** How many jobs must be done before. */
  waits: number;
  readonly next: Job[];
  /** What goes with it, without further work: written down when it has gone itself. */
  readonly carries: Job[];
  /** Goes with its container. */
  carried?: true;
}

/** A job that waits for nothing yet. */
export function newJob(op: Operation, step: Step): Job {
  return { op, step, waits: 0, next: [], carries: [] };
}

/** The job that takes a job along, if one does. */
export function containerOf(
  { step: { effect } }: Job,
  jobs: ReadonlyMap<EffectId, Job>,
  kinds: EffectKinds,
): Job | undefined {
  const around = effect.edges.within.find((id) => jobs.has(id));
  if (around !== undefined) return jobs.get(around);
  const holders = kindOf(kinds, effect.kind).goesWith?.(effect) ?? [];
  return holders.every((id) => jobs.has(id)) ? jobs.get(holders[0]!) : undefined;
}

/** Only making weighs. */
export function weightOf({ op, step }: Job): number {
  return op === 'make' ? (step.effect.weight ?? 0) : 0;
}

/** Jobs with all that they carry in turn. */
export function allOf(jobs: readonly Job[]): readonly Job[] {
  return jobs.flatMap((job) => [job, ...allOf(job.carries)]);
}

/** What events say of a job. */
export function aboutOf({ op, step: { effect } }: Job): {
  op: Operation;
  effect: EffectId;
  stage: string;
  node?: string;
} {
  return {
    op,
    effect: effectId(effect),
    stage: effect.stage,
    ...(effect.node !== undefined && { node: effect.node }),
  };
}
