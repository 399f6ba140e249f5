import type { Settings } from '../config/settings.ts';
import type { Boss } from '../host/boss/boss.ts';
import { bossOfSettings } from '../host/boss/choose.ts';
import { openSession } from '../host/session.ts';
import type { Session } from '../host/session.ts';
import type { Journal } from '../journal/journal.ts';
import type { EffectId } from '../model/effect.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { isUserError } from '../model/problem.ts';
import type { Observation } from '../plan/kind.ts';
import type { NodeRecord, Plan, PlannedEffect } from '../plan/plan.ts';
import { releaseLeases } from '../run/claims.ts';
import type { Emit } from '../run/events.ts';
import { halfStopped, stopNodes } from '../run/stop.ts';
import { bringUp } from '../run/up.ts';
import { EXIT_INTERRUPTED } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { runOf } from './run-of.ts';

/** A run that changes the host: `up`, `run`, `apply`. Everything of the user's has been read before. */
export interface Work {
  /** As the user typed it: `up`, `run setup`. */
  readonly command: string;
  readonly experiment: ExperimentFact;
  readonly settings: Settings;
  /** The command that takes up what this one leaves. */
  readonly resume: string;
  /** Of a plan that was made before. */
  readonly planHash?: string;
  /** The plan to carry out; called once the experiment is locked. */
  plan(context: { readonly boss: Boss; readonly journal: Journal; readonly emit: Emit }): Promise<Plan>;
  /** What of the plan is to be done; all unless said. */
  only?(plan: Plan): ((effect: PlannedEffect) => boolean) | undefined;
  /** What has to be done before, under the same lock. */
  prepare?(context: PrepareContext): Promise<void>;
  /** Told how the host was found, before anything is done: may throw to prevent it. */
  onSeen?(seen: ReadonlyMap<EffectId, Observation>): void;
}

export interface PrepareContext {
  readonly session: Session;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Locks the experiment, makes its plan, and brings the host to it; what was claimed and is not wanted any more goes
 * back to boss.
 * @returns the exit code.
 */
export async function carryOut(work: Work, io: Io): Promise<number> {
  const { command, experiment, settings, resume } = work;
  const full = `${experiment.project}/${experiment.name}`;
  const started = performance.now();
  io.emit({
    type: 'run-started',
    command,
    experiment: full,
    varDir: experiment.varDir,
    resume,
    clear: `benito-pipeline down -e ${full}`,
  });
  const interrupt = interruptible(io.emit);
  const boss = await bossOfSettings(full, settings.control_net, interrupt);
  const session = await openSession(experiment, command, {
    ...(work.planHash !== undefined && { planHash: work.planHash }),
    tell: (text) => io.emit({ type: 'progress', text }),
  });
  let ok = false;
  try {
    const { journal, kinds } = session;
    const plan = await work.plan({ boss, journal, emit: io.emit });
    if (work.planHash === undefined) journal.append([{ type: 'planned', planHash: plan.hash }]);
    for (const text of plan.notes) io.emit({ type: 'note', text });
    const only = work.only?.(plan);
    if (plan.phases.includes('launch')) {
      const isMeant = ({ alive }: NodeRecord): boolean => !only || only(journal.effects.get(alive!)!.effect);
      const half = halfStopped(journal).filter(isMeant);
      const context = { journal, kinds, emit: io.emit, signal: interrupt.signal, run: runOf(session) };
      if (half.length > 0) await stopNodes(half, context);
    }
    await work.prepare?.({ session, emit: io.emit, signal: interrupt.signal });
    const onSeen = work.onSeen?.bind(work);
    const result = await bringUp(plan, {
      journal,
      kinds,
      emit: io.emit,
      signal: interrupt.signal,
      only,
      onSeen,
    });
    ok = !result.fatal && !result.interrupted;
    // Only a whole setup knows which leases are wanted, and whoever had the others must be gone before they go.
    if (ok && plan.phases.includes('setup') && !only) {
      await releaseLeases(boss, journal, new Set(plan.leases.map(({ node }) => node)));
    }
    io.emit({
      type: 'run-ended',
      ok,
      seconds: (performance.now() - started) / 1000,
      done: result.done.length,
      failed: result.failed.length,
      blocked: result.blocked.length,
      ...(result.interrupted && { interrupted: true }),
    });
    if (result.interrupted) return EXIT_INTERRUPTED;
    return ok ? 0 : 1;
  } finally {
    interrupt.stop();
    if (!ok) await leaveNoTrace(session, boss, io.emit);
    await session.close(ok);
  }
}

/** An experiment that never came to have anything is not one of this host's: what was claimed for it goes back. */
async function leaveNoTrace({ isNew, journal, forget }: Session, boss: Boss, emit: Emit): Promise<void> {
  if (!isNew || journal.effects.size > 0) return;
  try {
    await releaseLeases(boss, journal, new Set());
  } catch (error) {
    if (!isUserError(error)) throw error;
    // What the run failed for is told after this, and comes first.
    emit({
      type: 'note',
      text: `boss may still hold leases for it, and \`down\` gives them back: ${error.message}`,
    });
    return;
  }
  await forget();
}

/** `plan` calls that tell their stages. */
export function tellStages(emit: Emit) {
  return ({ name, summary, skipped }: { name: string; summary: string; skipped?: string }): void =>
    emit({ type: 'stage-planned', stage: name, summary, ...(skipped !== undefined && { skipped }) });
}
