import { createHash } from 'node:crypto';
import type { Edges } from '../../engine/model/effect.ts';
import { effectId } from '../../engine/model/effect.ts';
import type {
  EffectKind,
  EffectKinds,
  JournalView,
  Observation,
  Outcome,
  Recorded,
} from '../../engine/plan/kind.ts';
import { specHash } from '../../engine/plan/plan.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';

/** An effect of the fake kind that its name starts with: `link a` -> kind `link`. */
export function fake(
  id: string,
  edges: Partial<Edges> = {},
  more: Partial<PlannedEffect> = {},
): PlannedEffect {
  const [kind = '', name = ''] = id.split(' ');
  return {
    kind,
    name,
    spec: { of: name },
    edges: { after: [], within: [], diesWith: [], ...edges },
    stage: 'launch/fake',
    ...more,
  };
}

/** What the journal says of effects that were made as they are. */
export function recorded(...effects: readonly PlannedEffect[]): JournalView {
  const known = new Map(
    effects.map((effect): [string, Recorded] => [
      effectId(effect),
      { effect, specHash: specHash(effect), status: 'made' },
    ]),
  );
  return { effects: known, recorded: (id) => known.get(id) };
}

/** A host that is a map of what is on it. */
export interface FakeHost {
  readonly kinds: EffectKinds;
  /** By effect id: what the effect's spec was. */
  readonly there: Map<string, unknown>;
  /** Batches as they came: `make link: a b`. */
  readonly log: string[];
  /** Ids that cannot be made, changed or unmade. */
  readonly broken: Set<string>;
}

/** @param options `replace`: kinds whose differences are mended by replacement; `foreign`: ids that are not ours. */
export function fakeHost(
  names: readonly string[],
  options: { readonly replace?: readonly string[]; readonly foreign?: readonly string[] } = {},
): FakeHost {
  const there = new Map<string, unknown>();
  const log: string[] = [];
  const broken = new Set<string>();
  const contents = new Map<string, Set<string>>();
  const put = (effect: PlannedEffect): void => {
    there.set(effectId(effect), effect.spec);
    for (const id of effect.edges.within)
      contents.set(id, (contents.get(id) ?? new Set()).add(effectId(effect)));
  };
  const remove = (id: string): void => {
    there.delete(id);
    contents.get(id)?.forEach(remove);
  };
  const act = (
    verb: string,
    effects: readonly PlannedEffect[],
    work: (effect: PlannedEffect) => void,
  ): Outcome[] => {
    log.push(`${verb} ${effects[0]!.kind}: ${effects.map(({ name }) => name).join(' ')}`);
    return effects.map((effect) => {
      if (broken.has(effectId(effect))) {
        return {
          ok: false,
          error: { message: `${effectId(effect)} is broken`, command: 'do it', stderr: 'no' },
        };
      }
      work(effect);
      return {
        ok: true,
        state: { madeAs: createHash('sha1').update(effect.name).digest('hex').slice(0, 4) },
      };
    });
  };
  const kindOf = (kind: string): EffectKind => ({
    kind,
    describe: effectId,
    async observe(effects) {
      return effects.map((effect): Observation => {
        const id = effectId(effect);
        if (options.foreign?.includes(id))
          return { state: 'foreign', what: `${id} is another's`, hint: 'ask' };
        if (!there.has(id)) return { state: 'absent' };
        if (JSON.stringify(there.get(id)) === JSON.stringify(effect.spec)) return { state: 'present' };
        return {
          state: 'different',
          why: ['spec'],
          mend: options.replace?.includes(kind) ? 'replace' : 'in-place',
        };
      });
    },
    make: async (effects) => act('make', effects, put),
    change: async (changes) =>
      act(
        'change',
        changes.map(({ effect }) => effect),
        (effect) => there.set(effectId(effect), effect.spec),
      ),
    unmake: async (effects) => act('unmake', effects, ({ kind, name }) => remove(`${kind} ${name}`)),
  });
  return { kinds: new Map(names.map((name) => [name, kindOf(name)])), there, log, broken };
}
