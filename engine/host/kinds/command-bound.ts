import { effectId } from '../../model/effect.ts';
import type { EffectId } from '../../model/effect.ts';
import type { JournalView, Observation } from '../../plan/kind.ts';
import { specHash } from '../../plan/plan.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { CommandSpec } from '../../stage/command-effect.ts';
import { commandLine } from '../batch.ts';
import { isAlive, processState } from '../process-state.ts';
import type { ProcessState } from '../process-state.ts';

/** Which incarnations of its processes a command was made for, in the order of `of`; empty for one that is observed. */
export interface BoundState {
  readonly madeFor: readonly ProcessState[];
}

/** The process effects that a command lives in; none for one that is observed. */
export function processesOfBound({ spec }: PlannedEffect): readonly EffectId[] {
  return ((spec as CommandSpec).of ?? []).map((name) => effectId({ kind: 'process', name }));
}

/** Whether a command is there that is bound to processes: by what it was made for, without running anything. */
export function lookAtBound(effect: PlannedEffect, journal: JournalView): Observation {
  const recorded = journal.recorded(effectId(effect));
  const madeFor = (recorded?.state as BoundState | undefined)?.madeFor ?? [];
  const { of = [], make } = (recorded?.effect.spec ?? {}) as Partial<CommandSpec>;
  const replace = (why: string): Observation => ({ state: 'different', why: [why], mend: 'replace' });
  const dead = of.filter((_, index) => !madeFor[index] || !isAlive(madeFor[index]));
  if (!recorded || dead.length === of.length) return { state: 'absent' };
  if (dead.length > 0) return replace(`${dead.join(', ')} is gone, for which it was made`);
  if (recorded.status !== 'made') return replace('it was left half made');
  const same = recorded.effect === effect || recorded.specHash === specHash(effect);
  return same ? { state: 'present' } : replace(`it was made by: ${commandLine(make ?? [])}`);
}

/** The incarnations that a command would be made for now. */
export function presentIncarnations(
  { spec }: PlannedEffect,
  journal: JournalView,
): BoundState | { readonly missing: string } {
  const madeFor: ProcessState[] = [];
  for (const name of (spec as CommandSpec).of ?? []) {
    const state = processState(name, journal);
    if (!state || !isAlive(state)) return { missing: name };
    madeFor.push(state);
  }
  return { madeFor };
}

/** How much lives on of what a command was made for, or, where that is not known, may have been made for. */
export function livesOn(effect: PlannedEffect, journal: JournalView): 'all' | 'some' | 'none' {
  const { of = [] } = effect.spec as CommandSpec;
  const recorded = (journal.recorded(effectId(effect))?.state as BoundState | undefined)?.madeFor;
  const states = recorded ?? of.map((name) => processState(name, journal));
  const living = states.filter((state) => state && isAlive(state)).length;
  if (living === states.length) return 'all';
  return living > 0 ? 'some' : 'none';
}
