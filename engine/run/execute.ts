import { availableParallelism } from 'node:os';
import type { Journal } from '../journal/journal.ts';
import { journaled } from '../journal/journal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { isUserError } from '../model/problem.ts';
import { groupBy } from '../model/group-by.ts';
import { allEdges, kindOf } from '../plan/delta.ts';
import type { Delta, Step } from '../plan/delta.ts';
import type { EffectKinds, Outcome } from '../plan/kind.ts';
import { specHash } from '../plan/plan.ts';
import type { PlannedEffect } from '../plan/plan.ts';
import type { Emit } from './events.ts';
import { aboutOf, allOf, containerOf, newJob, weightOf } from './jobs.ts';
import type { Job } from './jobs.ts';
import { waitingRoom } from './waiting-room.ts';

export interface ExecuteContext {
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  readonly emit: Emit;
  /** Aborted: nothing new is started, what runs is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** How much weight of effects may be in the making at once; default: the number of cores. */
  readonly places?: number;
}

/** How a delta was carried out. */
export interface Execution {
  readonly done: readonly EffectId[];
  readonly failed: readonly EffectId[];
  readonly blocked: readonly EffectId[];
  /** A failure that may not be: not only of nodes whose failureaction is nonfatal. */
  readonly fatal: boolean;
  readonly interrupted: boolean;
}

/**
 * Carries out a delta: unmakes backwards along the edges, then makes and changes forwards. Ready effects of one kind go
 * as one batch, kinds run side by side; every batch is in the journal, on disk, before it starts. What has a weight is a
 * batch of its own, and is made when there is room for it.
 */
export async function execute(delta: Delta, context: ExecuteContext): Promise<Execution> {
  const tally: Tally = { done: [], failed: [], blocked: new Set(), fatal: false };
  if (delta.settle.length > 0) {
    context.journal.append(
      delta.settle.map((effect) => ({
        type: 'settled',
        effect: journaled(effect),
        specHash: specHash(effect),
      })),
    );
  }
  await unmakeAll(delta.unmake, context, tally);
  // What could not be unmade cannot be made anew.
  if (!tally.fatal) await makeAll(delta, context, tally);
  return { ...tally, blocked: [...tally.blocked], interrupted: context.signal?.aborted ?? false };
}

interface Tally {
  readonly done: EffectId[];
  readonly failed: EffectId[];
  readonly blocked: Set<EffectId>;
  fatal: boolean;
}

async function unmakeAll(steps: readonly Step[], context: ExecuteContext, tally: Tally): Promise<void> {
  const jobs = new Map(steps.map((step) => [effectId(step.effect), newJob('unmake', step)]));
  for (const [id, job] of jobs) {
    const container = containerOf(job, jobs, context.kinds);
    if (container) {
      container.carries.push(job);
      job.carried = true;
    }
    for (const used of allEdges(job.step.effect)) {
      const later = jobs.get(used);
      if (!later || used === id) continue;
      job.next.push(later);
      later.waits += 1;
    }
  }
  await runJobs([...jobs.values()], context, tally, () => false);
}

/** Launch stands on what setup wrote: setup's effects first. */
async function makeAll(delta: Delta, context: ExecuteContext, tally: Tally): Promise<void> {
  const jobs = [
    ...delta.make.map((step) => newJob('make', step)),
    ...delta.change.map((step) => newJob('change', step)),
  ];
  const phases = groupBy(jobs, ({ step }) => step.effect.stage.split('/')[0]);
  for (const phase of ['setup', 'launch']) {
    const group = phases.get(phase) ?? [];
    const byId = new Map(group.map((job) => [effectId(job.step.effect), job]));
    for (const job of group) {
      for (const id of new Set(allEdges(job.step.effect))) {
        const before = byId.get(id);
        if (!before) continue;
        before.next.push(job);
        job.waits += 1;
      }
    }
    await runJobs(group, context, tally, () => tally.fatal);
  }
}

/** Starts jobs as they become ready, in batches by kind, until none is left or `stop` says so. */
async function runJobs(
  jobs: readonly Job[],
  context: ExecuteContext,
  tally: Tally,
  stop: () => boolean,
): Promise<void> {
  let ready = jobs.filter(({ waits }) => waits === 0);
  const running = new Set<Promise<void>>();
  const room = waitingRoom<Job>(context.places ?? availableParallelism(), weightOf);
  const finish = (job: Job): void => {
    for (const next of job.next) if ((next.waits -= 1) === 0) ready.push(next);
  };
  for (;;) {
    if (!stop() && !context.signal?.aborted) {
      const own: Job[] = [];
      // Grows while it is gone through: what carried jobs held up becomes ready.
      for (const job of ready) {
        if (job.carried) finish(job);
        else own.push(job);
      }
      room.enter(own.filter((job) => weightOf(job) > 0));
      const light = own.filter((job) => weightOf(job) === 0);
      for (const batch of takeBatches(light, room.admit(), context)) {
        const work = runBatchOfKind(batch, context, tally, finish).finally(() => batch.forEach(room.leave));
        running.add(work);
        void work.finally(() => running.delete(work)).catch(() => undefined);
      }
      ready = [];
    }
    if (running.size === 0) return;
    await Promise.race(running);
  }
}

function takeBatches(
  light: readonly Job[],
  heavy: readonly Job[],
  context: ExecuteContext,
): readonly (readonly Job[])[] {
  const batches = [
    ...groupBy(light, ({ op, step }) => `${op} ${step.effect.kind}`).values(),
    ...heavy.map((job) => [job]),
  ];
  const intents = batches.map((batch) => ({
    type: 'intent' as const,
    op: batch[0]!.op,
    effects: batch.map(({ op, step: { effect } }) => ({
      effect: journaled(effect),
      specHash: specHash(effect),
      ...(op !== 'unmake' && beforeOf(effect, context)),
    })),
  }));
  if (intents.length > 0) context.journal.append(intents, { durable: true });
  return batches;
}

/** What stood there is looked at once: a second run's own work is no before-image. */
function beforeOf(effect: PlannedEffect, { journal, kinds }: ExecuteContext): { before?: unknown } {
  const recorded = journal.recorded(effectId(effect));
  const kind = kindOf(kinds, effect.kind);
  if (recorded && !recorded.found && !kind.isOutdated?.(recorded.state)) return {};
  const before = kind.before?.(effect);
  return before === undefined ? {} : { before };
}

async function runBatchOfKind(
  batch: readonly Job[],
  context: ExecuteContext,
  tally: Tally,
  finish: (job: Job) => void,
): Promise<void> {
  const { journal, emit } = context;
  const outcomes = await carryOut(batch, context);
  journal.append(
    batch.flatMap(({ op, step, carries }, index): readonly JournalRecord[] => {
      const outcome = outcomes[index]!;
      const id = effectId(step.effect);
      if (!outcome.ok) return [{ type: 'failed', id, op, error: outcome.error }];
      const carried = allOf(carries).map((job) => ({
        type: 'done' as const,
        id: effectId(job.step.effect),
        op,
      }));
      return [
        ...carried,
        { type: 'done', id, op, ...(outcome.state !== undefined && { state: outcome.state }) },
      ];
    }),
  );
  batch.forEach((job, index) => {
    const { effect } = job.step;
    const outcome = outcomes[index]!;
    const about = aboutOf(job);
    if (outcome.ok) {
      for (const gone of [...allOf(job.carries).map(aboutOf), about]) {
        tally.done.push(gone.effect);
        emit({ type: 'effect-done', ...gone });
      }
      finish(job);
      return;
    }
    const fatal = job.op === 'unmake' || effect.failure !== 'nonfatal';
    tally.failed.push(about.effect);
    tally.fatal ||= fatal;
    emit({ type: 'effect-failed', ...about, fatal, error: outcome.error });
    block(job, context, tally);
  });
}

async function carryOut(
  batch: readonly Job[],
  { journal, kinds }: ExecuteContext,
): Promise<readonly Outcome[]> {
  const { op, step } = batch[0]!;
  const kind = kindOf(kinds, step.effect.kind);
  const effects = batch.map((job) => job.step.effect);
  try {
    if (op === 'make') return await kind.make(effects, journal);
    if (op === 'unmake') return await kind.unmake(effects, journal);
    return await kind.change!(
      batch.map((job) => ({ effect: job.step.effect, why: job.step.why })),
      journal,
    );
  } catch (error) {
    // A fault of the kind itself must not lose the batch's place in the journal.
    const { message, stack } = error as Error;
    return batch.map(() => ({
      ok: false,
      error: { message, ...(!isUserError(error) && stack && { stderr: stack }) },
    }));
  }
}

/** Everything that waits for a job that failed will not be tried: fatal where it may not be missing itself. */
function block(job: Job, context: ExecuteContext, tally: Tally): void {
  for (const next of job.next) {
    const { effect } = next.step;
    const id = effectId(effect);
    if (tally.blocked.has(id)) continue;
    tally.blocked.add(id);
    tally.fatal ||= effect.failure !== 'nonfatal';
    context.emit({ type: 'effect-blocked', effect: id, stage: effect.stage, by: effectId(job.step.effect) });
    block(next, context, tally);
  }
}
