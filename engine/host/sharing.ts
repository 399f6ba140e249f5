import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import type { EffectKind, EffectKinds, JournalView, Outcome } from '../plan/kind.ts';
import { specHash } from '../plan/plan.ts';
import type { PlannedEffect } from '../plan/plan.ts';
import { DONE, failed } from './outcome.ts';
import { changeRegistry, readRegistry } from './registry.ts';
import type { Registry } from './registry.ts';

/** The kinds, with shared effects made for the first owner, merged for the next, unmade with the last. */
export function withSharing(kinds: EffectKinds, experimentId: string): EffectKinds {
  return new Map([...kinds].map(([name, kind]) => [name, shareable(kind, experimentId)]));
}

function shareable(kind: EffectKind, experimentId: string): EffectKind {
  return {
    ...kind,
    async observe(effects, journal) {
      const { shared } = readRegistry();
      const seen = await kind.observe(effects, journal);
      return effects.map((effect, index) => {
        const stranger = effect.shared && !shared[effectId(effect)]?.owners.includes(experimentId);
        return stranger ? { state: 'absent' } : seen[index]!;
      });
    },
    // The registry keeps it: to a second owner, what stands there is the first one's.
    before: (effect) => (effect.shared ? undefined : kind.before?.(effect)),
    ...(kind.change && {
      change: (changes, journal) =>
        kind.change!(
          changes,
          withBefores(
            journal,
            changes.map(({ effect }) => effect),
          ),
        ),
    }),
    make: (effects, journal) =>
      splitShared(
        effects,
        (own) => kind.make(own, journal),
        (effect) => join(kind, effect, experimentId, journal),
      ),
    unmake: (effects, journal) =>
      splitShared(
        effects,
        (own) => kind.unmake(own, journal),
        (effect) => leave(kind, effect, experimentId, journal),
      ),
  };
}

async function splitShared(
  effects: readonly PlannedEffect[],
  own: (effects: readonly PlannedEffect[]) => Promise<readonly Outcome[]>,
  shared: (effect: PlannedEffect) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const mine = effects.filter((effect) => !effect.shared);
  const outcomes = mine.length > 0 ? [...(await own(mine))] : [];
  const answers: Outcome[] = [];
  for (const effect of effects) answers.push(effect.shared ? await shared(effect) : outcomes.shift()!);
  return answers;
}

function join(
  kind: EffectKind,
  effect: PlannedEffect,
  owner: string,
  journal: JournalView,
): Promise<Outcome> {
  const id = effectId(effect);
  return changeRegistry(
    `${owner} (sharing ${id})`,
    async (registry, save): Promise<readonly [Registry, Outcome]> => {
      const entry = registry.shared[id];
      if (entry && entry.specHash !== specHash(effect)) {
        return [registry, failed(conflict(id, entry.owners, registry))];
      }
      const seen = (await kind.observe([effect], journal))[0]!;
      if (seen.state === 'foreign') return [registry, failed({ message: seen.what, hint: seen.hint })];
      const there = seen.state === 'present';
      const owners = [...new Set([...(entry?.owners ?? []), owner])];
      const first = { specHash: specHash(effect), made: !there };
      const look = !there && (!entry || kind.isOutdated?.(entry.before));
      const before = look ? kind.before?.(effect) : entry?.before;
      const joined = {
        ...registry,
        shared: { ...registry.shared, [id]: { ...(entry ?? first), before, owners } },
      };
      if (there) return [joined, DONE];
      save(joined);
      const mends = seen.state === 'different' && seen.mend === 'in-place' && kind.change;
      const view = withBefore(journal, id, before);
      const outcomes = mends
        ? await mends([{ effect, why: seen.why }], view)
        : await kind.make([effect], view);
      return [joined, outcomes[0]!];
    },
  );
}

function leave(
  kind: EffectKind,
  effect: PlannedEffect,
  owner: string,
  journal: JournalView,
): Promise<Outcome> {
  const id = effectId(effect);
  return changeRegistry(
    `${owner} (leaving ${id})`,
    async (registry): Promise<readonly [Registry, Outcome]> => {
      const { [id]: entry, ...others } = registry.shared;
      // Owners that the host does not know any more have gone without a word.
      const owners = (entry?.owners ?? []).filter((one) => one !== owner && one in registry.experiments);
      if (entry && owners.length > 0)
        return [{ ...registry, shared: { ...others, [id]: { ...entry, owners } } }, DONE];
      const outcome = entry?.made
        ? (await kind.unmake([effect], withBefore(journal, id, entry.before)))[0]!
        : DONE;
      return [outcome.ok ? { ...registry, shared: others } : registry, outcome];
    },
  );
}

/** The same for each that is shared. */
function withBefores(journal: JournalView, effects: readonly PlannedEffect[]): JournalView {
  const { shared } = readRegistry();
  return effects
    .filter((effect) => effect.shared)
    .map(effectId)
    .reduce((view, id) => withBefore(view, id, shared[id]?.before), journal);
}

/** The journal, with what stood there before the first owner. */
function withBefore(journal: JournalView, id: EffectId, before: unknown): JournalView {
  const recorded = journal.recorded(id);
  if (before === undefined || !recorded) return journal;
  return {
    effects: journal.effects,
    recorded: (other) => (other === id ? { ...recorded, state: before } : journal.recorded(other)),
  };
}

function conflict(
  id: string,
  owners: readonly string[],
  { experiments }: Registry,
): { message: string; hint: string } {
  const names = owners
    .map((owner) => `${experiments[owner]?.project}/${experiments[owner]?.name}`)
    .join(', ');
  return {
    message: `${id} is there already, in another form, for ${names}`,
    hint: 'the settings of both have to agree',
  };
}
