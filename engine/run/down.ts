import type { Journal } from '../journal/journal.ts';
import { effectId } from '../model/effect.ts';
import { inOrder, observeAll } from '../plan/delta.ts';
import type { EffectKinds, Recorded } from '../plan/kind.ts';
import { kindOf } from '../plan/delta.ts';
import type { Emit } from './events.ts';
import { execute } from './execute.ts';
import type { Execution } from './execute.ts';

export interface TakeDownContext {
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
  /** Also what the user may want to keep: the config directory, and what is known of start commands that ran. */
  readonly purge: boolean;
}

/** What was to be undone and is still there: must be nothing. */
export interface TakenDown {
  readonly execution: Execution;
  readonly residue: readonly string[];
}

/**
 * Undoes what the journal says was done, backwards along its edges, and looks whether it is gone. What was found in
 * place is left in place.
 */
export async function takeDown(context: TakeDownContext): Promise<TakenDown> {
  const { journal, kinds, emit, purge } = context;
  const recorded = [...journal.effects.values()].filter(({ effect }) => purge || effect.keep === undefined);
  const ours = recorded.filter(({ found }) => !found);
  const found = recorded.filter((one) => one.found);
  journal.append(found.map(({ effect }) => ({ type: 'done', id: effectId(effect), op: 'unmake' })));
  if (journal.stopped.size > 0) journal.append([{ type: 'stopped', nodes: [] }]);
  if (Object.keys(journal.shapeChanges).length > 0) journal.append([{ type: 'shaped', changes: {} }]);
  const unmake = [...inOrder(ours.map(({ effect }) => effect))]
    .reverse()
    .map((effect) => ({ effect, why: ['the experiment is taken down'] }));
  const byStage: Record<string, number> = {};
  for (const { effect } of unmake) byStage[effect.stage] = (byStage[effect.stage] ?? 0) + 1;
  emit({
    type: 'delta',
    make: 0,
    change: 0,
    unmake: unmake.length,
    kept: journal.effects.size - ours.length,
    byStage,
  });
  const execution = await execute({ unmake, change: [], make: [], settle: [], kept: 0 }, context);
  return { execution, residue: await findResidue(ours, journal, kinds) };
}

/** Looks at everything that was to go. */
async function findResidue(
  gone: readonly Recorded[],
  journal: Journal,
  kinds: EffectKinds,
): Promise<readonly string[]> {
  const effects = gone.map(({ effect }) => effect).filter(({ keep }) => keep !== 'history');
  const seen = await observeAll(effects, journal, kinds);
  return effects
    .filter((effect) => seen.get(effectId(effect))!.state !== 'absent')
    .filter((effect) => !(effect.kind === 'directory' || (effect.kind === 'file' && effect.shared)))
    .map((effect) => kindOf(kinds, effect.kind).describe(effect));
}
