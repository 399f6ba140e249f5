import type { EffectKind, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { CommandSpec } from '../../stage/effects.ts';
import { NOT_RUN, TIMED_OUT, commandLine } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { outcomeOf } from '../outcome.ts';

/** What platforms add of their own: three commands, argv only. */
export function commandKind(host: HostContext): EffectKind {
  const run = async (
    effects: readonly PlannedEffect[],
    verb: 'make' | 'unmake',
  ): Promise<readonly Outcome[]> => {
    const commands = effects.map(({ spec }) => ({ argv: (spec as CommandSpec)[verb] }));
    const results = await host.run(commands);
    return commands.map((command, index) => outcomeOf(command, results[index]!));
  };
  return {
    kind: 'command',
    describe: ({ name, spec }) => `${name}: ${commandLine((spec as CommandSpec).make)}`,
    async observe(effects) {
      const results = await host.run(effects.map(({ spec }) => ({ argv: (spec as CommandSpec).observe })));
      return results.map(({ status, stderr }, index) => {
        // What was never asked proves nothing.
        if (status === NOT_RUN || status === TIMED_OUT) throw new Error(`${effects[index]!.name}: ${stderr}`);
        return status === 0 ? { state: 'present' } : { state: 'absent' };
      });
    },
    make: (effects) => run(effects, 'make'),
    unmake: (effects) => run(effects, 'unmake'),
  };
}
