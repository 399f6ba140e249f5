import { effectId } from '../model/effect.ts';
import type { Delta, Step } from '../plan/delta.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';
import type { FileSpec } from '../stage/effects.ts';
import { diffWithDisk } from './file-diff.ts';
import { stateTexts } from './host-view.ts';
import type { HostView } from './host-view.ts';

/** A plan for programs: the plan itself, how the host was found, and what would be done. */
export function planJson(
  plan: Plan,
  view: HostView,
  effects: readonly PlannedEffect[] = plan.effects,
): unknown {
  const diffs = effects
    .filter(({ kind }) => kind === 'file')
    .flatMap(({ spec }) => diffWithDisk(spec as FileSpec) ?? [])
    .map(({ path, created, lines }) => ({ path, created, lines }));
  return {
    hash: plan.hash,
    plan: { ...plan, effects },
    observed: stateTexts(view.seen),
    ...(view.unseen !== undefined && { unseen: view.unseen }),
    ...(view.delta && { delta: deltaJson(view.delta) }),
    diffs,
  };
}

function deltaJson({ make, change, unmake, kept }: Delta): unknown {
  const steps = (list: readonly Step[]) => list.map(({ effect, why }) => ({ effect: effectId(effect), why }));
  return { make: steps(make), change: steps(change), unmake: steps(unmake), kept };
}
