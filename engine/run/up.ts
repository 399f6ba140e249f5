import type { Journal, JournalState } from '../journal/journal.ts';
import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { allEdges, computeDelta, isEmpty } from '../plan/delta.ts';
import type { Delta } from '../plan/delta.ts';
import type { EffectKinds, Observation, Recorded } from '../plan/kind.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';
import type { Emit, RunEvent } from './events.ts';
import { execute } from './execute.ts';
import type { Execution } from './execute.ts';

export interface BringUpContext {
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
  /** Only these effects; all unless said. */
  readonly only?: ((effect: PlannedEffect) => boolean) | undefined;
  /** Told how the host was found, before anything is done: may throw to prevent it. */
  readonly onSeen?: ((seen: ReadonlyMap<EffectId, Observation>) => void) | undefined;
}

/** How often a host is looked at again for what a change took along: twice is enough unless somebody else is at it. */
const ROUNDS = 3;

/**
 * Brings the host to the plan: computes the delta, carries it out, and looks again at what hangs on what was changed,
 * until nothing differs.
 * @throws UserError where something of the plan's names is on the host and not ours.
 */
export async function bringUp(plan: Plan, context: BringUpContext): Promise<Execution> {
  const { journal, kinds, emit, only = () => true } = context;
  const wanted = plan.effects.filter(only);
  let delta = await computeDelta(wanted, droppedEffects(plan, journal, only), journal, kinds, context.onSeen);
  emit(deltaEvent(delta, plan.hash));
  if (plan.phases.includes('launch')) {
    journal.append([{ type: 'nodes', nodes: plan.nodes }]);
    // Asking for everything is asking for what was stopped.
    if (!context.only && journal.stopped.size > 0) journal.append([{ type: 'stopped', nodes: [] }]);
  }
  let total: Execution = { done: [], failed: [], blocked: [], fatal: false, interrupted: false };
  for (let round = 0; round < ROUNDS; round += 1) {
    const execution = await execute(delta, context);
    total = add(total, execution);
    if (execution.fatal || execution.interrupted) break;
    // What failed and may (its node's failureaction) holds up no other node, and is not tried again.
    const given = new Set([...total.failed, ...total.blocked]);
    const shaken = dependentsOf(wanted, changedBy(delta)).filter((effect) => !given.has(effectId(effect)));
    if (shaken.length === 0) break;
    delta = await computeDelta(shaken, [], journal, kinds);
    if (isEmpty(delta)) break;
    emit(deltaEvent(delta, plan.hash));
  }
  return total;
}

function deltaEvent(delta: Delta, planHash: string): RunEvent {
  const byStage: Record<string, number> = {};
  for (const { effect } of [...delta.unmake, ...delta.change, ...delta.make]) {
    byStage[effect.stage] = (byStage[effect.stage] ?? 0) + 1;
  }
  const { make, change, unmake, kept } = delta;
  return {
    type: 'delta',
    make: make.length,
    change: change.length,
    unmake: unmake.length,
    kept,
    planHash,
    byStage,
  };
}

/** What the journal holds of the planned phases and the plan does not ask for any more. */
export function droppedEffects(
  plan: Pick<Plan, 'effects' | 'phases'>,
  journal: JournalState,
  mine: (effect: PlannedEffect) => boolean,
): readonly Recorded[] {
  const wanted = new Set(plan.effects.map(effectId));
  return [...journal.effects.values()].filter(
    ({ effect, found }) =>
      !found &&
      !wanted.has(effectId(effect)) &&
      plan.phases.some((phase) => effect.stage.startsWith(`${phase}/`)) &&
      mine(effect),
  );
}

/** Changes in place, and what was unmade, may have taken others along that nobody names. */
function changedBy(delta: Delta): ReadonlySet<EffectId> {
  return new Set([...delta.change, ...delta.unmake].map(({ effect }) => effectId(effect)));
}

function dependentsOf(
  effects: readonly PlannedEffect[],
  changed: ReadonlySet<EffectId>,
): readonly PlannedEffect[] {
  const shaken = new Set<EffectId>(changed);
  const found: PlannedEffect[] = [];
  for (let grew = true; grew;) {
    grew = false;
    for (const effect of effects) {
      const id = effectId(effect);
      if (shaken.has(id) || !allEdges(effect).some((used) => shaken.has(used))) continue;
      shaken.add(id);
      found.push(effect);
      grew = true;
    }
  }
  return found;
}

function add(a: Execution, b: Execution): Execution {
  return {
    done: [...a.done, ...b.done],
    failed: [...a.failed, ...b.failed],
    blocked: [...a.blocked, ...b.blocked],
    fatal: a.fatal || b.fatal,
    interrupted: a.interrupted || b.interrupted,
  };
}
