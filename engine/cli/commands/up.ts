import { carryOut } from '../carry-out.ts';
import { readExperimentInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { typedOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import { planUnderLock } from '../plan-under-lock.ts';

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
      plan: (context) => planUnderLock(inputs, context),
    },
    io,
  );
}
