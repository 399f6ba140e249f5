import { answerProbes } from '../../host/probes.ts';
import { makePlan } from '../../plan/make-plan.ts';
import { claimLeases } from '../../run/claims.ts';
import { carryOut, tellStages } from '../carry-out.ts';
import { readExperimentInputs, readPrevious } from '../input.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { typedOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';

/** `up EXPERIMENT`: setup, then launch. */
export async function up(file: string, options: PlanOptions, io: Io): Promise<number> {
  needRoot('up');
  // Read before anything is locked or made: a bad file costs nothing.
  const inputs = await readExperimentInputs(file, options);
  const { experiment, settings } = inputs;
  return carryOut(
    {
      command: 'up',
      experiment,
      settings,
      resume: `benito-pipeline up ${file}${typedOptions(options)}`,
      plan: ({ boss, journal, emit }) =>
        makePlan({
          ...inputs,
          // Read under the lock: another run may have ended in between.
          previous: readPrevious(experiment),
          probe: (probes) => answerProbes(probes, { remember: true }),
          answer: (claims) => claimLeases(boss, journal, claims),
          onStage: tellStages(emit),
        }),
    },
    io,
  );
}
