import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { groupBy } from '../model/group-by.ts';
import { canonicalJson } from '../model/json.ts';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import { specHash } from './plan.ts';
import type { EffectKinds, JournalView, Observation, Recorded } from './kind.ts';
import type { PlannedEffect } from './plan.ts';

/** What differs between a plan and the host: what will really be done. */
export interface Delta {
  /** Unmade first, in an order that respects their edges backwards. */
  readonly unmake: readonly Step[];
  readonly change: readonly Step[];
  readonly make: readonly Step[];
  /** There as they should be, but not so in the journal. */
  readonly settle: readonly PlannedEffect[];
  /** How many are as they should be. */
  readonly kept: number;
}

export interface Step {
  readonly effect: PlannedEffect;
  /** Why: `new`, `gone`, `no longer wanted`, `differs: ...`, `its netns a.b.c is remade`. */
  readonly why: readonly string[];
}

/** True if nothing has to be done. */
export function isEmpty(delta: Delta): boolean {
  return delta.unmake.length + delta.change.length + delta.make.length === 0;
}

/**
 * Holds the wanted effects against host and journal.
 * @param dropped recorded effects that are wanted no longer.
 * @param onSeen told what was observed, before anything is made of it.
 * @throws UserError where the host has something of that name that is not ours.
 */
export async function computeDelta(
  wanted: readonly PlannedEffect[],
  dropped: readonly Recorded[],
  journal: JournalView,
  kinds: EffectKinds,
  onSeen?: (seen: ReadonlyMap<EffectId, Observation>) => void,
): Promise<Delta> {
  const seen = await observeAll(wanted, journal, kinds);
  onSeen?.(seen);
  const unmake: Step[] = dropped.map(({ effect }) => ({ effect, why: ['no longer wanted'] }));
  const make: Step[] = [];
  const change: Step[] = [];
  const settle: PlannedEffect[] = [];
  const remade = new Set<EffectId>();
  const changing = new Set<EffectId>();
  const problems: Problem[] = [];
  let kept = 0;

  for (const effect of inOrder(wanted)) {
    const id = effectId(effect);
    const recorded = journal.recorded(id);
    const observation = seen.get(id)!;
    const lost = [...effect.edges.within, ...effect.edges.diesWith].find((other) => remade.has(other));
    const mend = observation.state === 'different' ? observation.mend : undefined;
    if (observation.state === 'foreign') {
      problems.push({ code: 'not-ours', message: observation.what, hint: observation.hint });
    } else if (observation.state === 'absent' && effect.edges.within.some((other) => changing.has(other))) {
      // What is in something that has to be mended first can only be seen afterwards: `bringUp` looks again.
      continue;
    } else if (observation.state === 'absent') {
      make.push({ effect, why: [recorded ? 'gone' : 'new'] });
      remade.add(id);
    } else if (lost !== undefined || mend === 'replace') {
      const why = observation.state === 'different' ? observation.why : [`${lost} is made anew`];
      unmake.push({ effect: recorded?.effect ?? effect, why });
      make.push({ effect, why });
      remade.add(id);
    } else if (observation.state === 'different') {
      change.push({ effect, why: observation.why });
      changing.add(id);
    } else {
      kept += 1;
      if (recorded?.status !== 'made' || !isRecordedAs(recorded, effect)) settle.push(effect);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return { unmake: unmake.reverse(), change, make, settle, kept };
}

/** Whether the journal knows the effect as it is wanted: its edges and what becomes of it too, which undo goes by. */
function isRecordedAs({ effect, specHash: hash }: Recorded, wanted: PlannedEffect): boolean {
  const rest = (one: PlannedEffect): string => canonicalJson({ ...one, spec: undefined });
  return hash === specHash(wanted) && (effect === wanted || rest(effect) === rest(wanted));
}

/** Effects in an order in which each comes after everything that its edges name. */
export function inOrder(effects: readonly PlannedEffect[]): readonly PlannedEffect[] {
  const byId = new Map(effects.map((effect) => [effectId(effect), effect]));
  const done = new Set<EffectId>();
  const trail = new Set<EffectId>();
  const ordered: PlannedEffect[] = [];
  for (const root of effects) {
    const stack: { effect: PlannedEffect; open: EffectId[] }[] = [];
    const enter = (effect: PlannedEffect): void => {
      trail.add(effectId(effect));
      stack.push({ effect, open: [...allEdges(effect)].reverse() });
    };
    if (!done.has(effectId(root))) enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const id = top.open.pop();
      if (id === undefined) {
        stack.pop();
        trail.delete(effectId(top.effect));
        done.add(effectId(top.effect));
        ordered.push(top.effect);
        continue;
      }
      const next = byId.get(id);
      if (!next || done.has(id)) continue;
      if (trail.has(id)) {
        throw new UserError({
          code: 'circular-effects',
          message: `the effects ${id} and ${effectId(top.effect)} hang on each other in a circle`,
          hint: `see the stages ${next.stage} and ${top.effect.stage}`,
        });
      }
      enter(next);
    }
  }
  return ordered;
}

/** Every effect that an effect's edges name. */
export function allEdges(effect: PlannedEffect): readonly EffectId[] {
  return [...effect.edges.after, ...effect.edges.within, ...effect.edges.diesWith];
}

/** Observes every effect, kind by kind at once; what lies within something absent is absent without a look. */
export async function observeAll(
  effects: readonly PlannedEffect[],
  journal: JournalView,
  kinds: EffectKinds,
): Promise<ReadonlyMap<EffectId, Observation>> {
  const seen = new Map<EffectId, Observation>();
  const byId = new Map(effects.map((effect) => [effectId(effect), effect]));
  const containers = effects.filter((effect) => effect.edges.within.length === 0);
  const contained = effects.filter((effect) => effect.edges.within.length > 0);
  await observeByKind(containers, journal, kinds, seen);
  const look = contained.filter((effect) => {
    const gone = effect.edges.within.some((id) => byId.has(id) && seen.get(id)?.state === 'absent');
    if (gone) seen.set(effectId(effect), { state: 'absent' });
    return !gone;
  });
  await observeByKind(look, journal, kinds, seen);
  return seen;
}

async function observeByKind(
  effects: readonly PlannedEffect[],
  journal: JournalView,
  kinds: EffectKinds,
  seen: Map<EffectId, Observation>,
): Promise<void> {
  const groups = groupBy(effects, ({ kind }) => kind);
  await Promise.all(
    [...groups].map(async ([kind, group]) => {
      const observations = await kindOf(kinds, kind).observe(group, journal);
      group.forEach((effect, index) => seen.set(effectId(effect), observations[index]!));
    }),
  );
}

/**
 * The kind of that name.
 * @throws UserError naming the known kinds.
 */
export function kindOf(kinds: EffectKinds, kind: string): NonNullable<ReturnType<EffectKinds['get']>> {
  const found = kinds.get(kind);
  if (found) return found;
  throw new UserError({
    code: 'unknown-effect-kind',
    message: `nobody knows how to make an effect of the kind '${kind}'`,
    hint: `known kinds: ${[...kinds.keys()].sort().join(', ')}`,
  });
}
