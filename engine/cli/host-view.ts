import { journalDir } from '../config/experiment.ts';
import { hostContext } from '../host/context.ts';
import { effectKinds } from '../host/kinds.ts';
import { withSharing } from '../host/sharing.ts';
import { readJournal } from '../journal/journal.ts';
import type { EffectId } from '../model/effect.ts';
import { computeDelta, observeAll } from '../plan/delta.ts';
import type { Delta } from '../plan/delta.ts';
import type { EffectKinds, Observation } from '../plan/kind.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';
import { droppedEffects } from '../run/up.ts';

/** A host as it is, held against a plan: nothing is locked, made or changed. */
export interface HostView {
  readonly kinds: EffectKinds;
  /** What could be seen of the plan's effects. */
  readonly seen: ReadonlyMap<EffectId, Observation>;
  /** What carrying the plan out would do; undefined where not everything could be seen. */
  readonly delta?: Delta;
  /** Why not everything could be seen. */
  readonly unseen?: string;
}

/** Kinds that anybody can look at. */
const OPEN_KINDS = ['directory', 'file'];

/**
 * Looks at everything that a plan is about; without root, at its files only.
 * @throws UserError where the host has something of the plan's names that is not ours.
 */
export async function viewHost(plan: Plan, only: (effect: PlannedEffect) => boolean): Promise<HostView> {
  const { experiment } = plan;
  const kinds = withSharing(effectKinds(hostContext(experiment)), experiment.id);
  const journal = readJournal(journalDir(experiment.varDir));
  const wanted = plan.effects.filter(only);
  if (process.getuid?.() === 0) {
    let seen: ReadonlyMap<EffectId, Observation> = new Map();
    const dropped = droppedEffects(plan, journal, (effect) => only(effect) && isDecided(plan, effect));
    const delta = await computeDelta(wanted, dropped, journal, kinds, (found) => {
      seen = found;
    });
    return { kinds, seen, delta };
  }
  const open = wanted.filter(({ kind }) => OPEN_KINDS.includes(kind));
  return {
    kinds,
    seen: await observeAll(open, journal, kinds),
    unseen:
      'only root can look at namespaces, links, routes and processes: of this host only files were looked at',
  };
}

/** What a stage that could not be planned asked for earlier is not known to be unwanted. */
function isDecided({ unanswered, stages }: Plan, { stage }: PlannedEffect): boolean {
  return !unanswered || stages.some(({ name }) => name === stage);
}

/** What was seen, by effect, in a form that two looks at an unchanged host give alike: no process ids. */
export function stateTexts(seen: HostView['seen']): Readonly<Record<EffectId, string>> {
  return Object.fromEntries([...seen].map(([id, observation]) => [id, stateText(observation)]));
}

function stateText(observation: Observation): string {
  if (observation.state === 'different') {
    return `different: ${observation.why.join('; ').replace(/\bprocess \d+/g, 'a process')}`;
  }
  return observation.state === 'foreign' ? `foreign: ${observation.what}` : observation.state;
}
