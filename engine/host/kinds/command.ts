import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { CommandSpec } from '../../stage/command-effect.ts';
import { NOT_RUN, TIMED_OUT, commandLine } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { DONE, failed, outcomeOf } from '../outcome.ts';
import { livesOn, lookAtBound, presentIncarnations, processesOfBound } from './command-bound.ts';

/** What platforms add of their own: commands, argv only. Some can be observed, others live in processes. */
export function commandKind(host: HostContext): EffectKind {
  return {
    kind: 'command',
    describe: ({ name, spec }) => `${name}: ${commandLine((spec as CommandSpec).make)}`,
    goesWith: processesOfBound,

    async observe(effects, journal) {
      const visible = effects.filter((effect) => specOf(effect).observe !== undefined);
      const results = await host.run(visible.map((effect) => ({ argv: specOf(effect).observe! })));
      const seen = new Map(
        visible.map((effect, index): [PlannedEffect, Observation] => {
          const { status, stderr } = results[index]!;
          // What was never asked proves nothing.
          if (status === NOT_RUN || status === TIMED_OUT) throw new Error(`${effect.name}: ${stderr}`);
          return [effect, { state: status === 0 ? 'present' : 'absent' }];
        }),
      );
      return effects.map((effect) => seen.get(effect) ?? lookAtBound(effect, journal));
    },

    async make(effects, journal) {
      const incarnations = effects.map((effect) => presentIncarnations(effect, journal));
      const able = effects.filter((_, index) => !('missing' in incarnations[index]!));
      const outcomes = await runEach(able, 'make');
      return effects.map((effect, index): Outcome => {
        const found = incarnations[index]!;
        if ('missing' in found) return failed({ message: `the process ${found.missing} is not there` });
        const outcome = outcomes.get(effect)!;
        return outcome.ok && found.madeFor.length > 0 ? { ok: true, state: found } : outcome;
      });
    },

    async unmake(effects, journal) {
      const useful = effects.filter(
        (effect) => specOf(effect).unmake !== undefined && livesOn(effect, journal) !== 'none',
      );
      const outcomes = await runEach(useful, 'unmake');
      return effects.map((effect) => forgiven(effect, outcomes.get(effect) ?? DONE, journal));
    },
  };

  async function runEach(
    effects: readonly PlannedEffect[],
    verb: 'make' | 'unmake',
  ): Promise<ReadonlyMap<PlannedEffect, Outcome>> {
    const limits = effects.map((effect) => specOf(effect).seconds ?? DEFAULT_SECONDS);
    const results = await host.run(
      effects.map((effect, index) => ({ argv: [...limited(limits[index]!), ...specOf(effect)[verb]!] })),
      {
        timeoutMs: limits.reduce((sum, seconds) => sum + seconds + GRACE_SECONDS, 60) * 1000,
        // What is done alone is what takes long.
        ...(effects.length === 1 && { onSaid: host.tell }),
      },
    );
    return new Map(
      effects.map((effect, index): [PlannedEffect, Outcome] => {
        const command = { argv: specOf(effect)[verb]! };
        const result = results[index]!;
        if (result.status !== TIMED_OUT) return [effect, named(effect, outcomeOf(command, result))];
        const stderr = result.stderr.trim();
        const message = `not done after ${limits[index]} s`;
        const late = failed({ message, command: commandLine(command.argv), ...(stderr && { stderr }) });
        return [effect, named(effect, late)];
      }),
    );
  }
}

const DEFAULT_SECONDS = 60;
/** Between asking a command to end and killing it. */
const GRACE_SECONDS = 2;

/** A failure says what it is of. */
function named(effect: PlannedEffect, outcome: Outcome): Outcome {
  const { label } = specOf(effect);
  if (outcome.ok || label === undefined) return outcome;
  return failed({ ...outcome.error, message: `${label}: ${outcome.error.message}` });
}

/** timeout(1): takes the command's whole process group along, and ends with the status TIMED_OUT. */
function limited(seconds: number): readonly string[] {
  return ['timeout', `--kill-after=${GRACE_SECONDS}`, String(seconds)];
}

/** Where a process is gone for which it was made, what is left of it cannot be asked to go. */
function forgiven(effect: PlannedEffect, outcome: Outcome, journal: JournalView): Outcome {
  return livesOn(effect, journal) === 'all' ? outcome : DONE;
}

function specOf(effect: PlannedEffect): CommandSpec {
  return effect.spec as CommandSpec;
}
