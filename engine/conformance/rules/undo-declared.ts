import { effectId } from '../../model/effect.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { CommandSpec } from '../../stage/effects.ts';
import type { Fault, Rule } from '../rule.ts';

export const undoDeclared: Rule = {
  name: 'undo-declared',
  summary: 'every effect that makes something says how it is undone',
  async check(lab) {
    const { plan } = await lab.planned();
    const commands = plan.effects.filter(({ kind }) => kind === 'command');
    const kinds = new Set(plan.effects.map(({ kind }) => kind));
    return {
      evidence: [
        `${plan.effects.length} effects of the kinds ${[...kinds].sort().join(', ')}, of them ${commands.length} commands`,
      ],
      faults: plan.effects.flatMap((effect) => [...faultsOf(effect)]),
    };
  },
};

function* faultsOf(effect: PlannedEffect): Generator<Fault> {
  const who = `${effectId(effect)} of the stage ${effect.stage}`;
  if (effect.keep === 'history' && effect.kind !== 'task') {
    yield {
      what: `${who} is kept as history, so that nobody ever undoes it`,
      mend: "keep: 'history' is for tasks: leave it out, and it is undone",
    };
  }
  if (effect.keep === 'user' && !KEPT.includes(effect.kind)) {
    yield {
      what: `${who} stays after down, as if it were the user's`,
      mend: "keep: 'user' is for files that the user may want to read: leave it out",
    };
  }
  if (effect.kind !== 'command') return;
  const { observe, unmake, of } = effect.spec as CommandSpec;
  const mend =
    'give the command an `unmake` that takes away what `make` makes; it must succeed on what is half made or gone, too';
  if (observe && !unmake) yield { what: `${who} makes something that is observed, and has no unmake`, mend };
  if (!observe && !of?.length) yield { what: `${who} can neither be observed nor lives in processes`, mend };
  if (unmake && DOES_NOTHING.test(unmake.join(' '))) {
    yield { what: `${who} has an unmake that does nothing: ${unmake.join(' ')}`, mend };
  }
}

const KEPT = ['file', 'archive', 'directory', 'command'];
const DOES_NOTHING = /^((\/usr)?\/bin\/)?(true|:|echo( .*)?|(sh -c )(true|:|exit 0)?)$/;
