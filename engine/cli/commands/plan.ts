import { resolve } from 'node:path';
import { UserError } from '../../model/problem.ts';
import { factLines, planOnly } from '../dry-run.ts';
import { fingerprintsOf } from '../fingerprints.ts';
import { stateTexts, viewHost } from '../host-view.ts';
import { readExperimentInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { planJson } from '../plan-json.ts';
import type { PlanOptions } from '../plan-options.ts';
import { planText, unansweredText } from '../plan-text.ts';
import { absolute, savePlan } from '../saved-plan.ts';

export interface PlanCommandOptions extends PlanOptions {
  /** Where to write the plan for `apply`. */
  readonly out?: string;
  /** Show whole files and lists. */
  readonly full?: boolean;
  /** Show the facts that each stage gives, too. */
  readonly facts?: boolean;
}

/** `plan EXPERIMENT`: what `up` would do, exactly; nothing is touched. */
export async function plan(file: string, options: PlanCommandOptions, io: Io): Promise<number> {
  const inputs = await readExperimentInputs(file, options);
  const { plan, facts } = await planOnly(inputs);
  const why = unansweredText(plan);
  if (options.out !== undefined && why !== undefined) throw notWhole(why);
  const view = await viewHost(plan, () => true);
  if (options.out !== undefined) {
    const path = resolve(file);
    savePlan(options.out, {
      plan,
      file: path,
      options: absolute(options),
      fingerprints: fingerprintsOf(path, inputs, plan),
      observed: stateTexts(view.seen),
    });
  }
  if (io.asJson) {
    const value = planJson(plan, view) as object;
    io.json({ ...value, ...(options.facts && { facts: Object.fromEntries(facts) }) });
  } else {
    planText(plan, view, { colors: io.colors, full: options.full }).forEach(io.print);
    if (options.facts) {
      const given = [...facts.values()].flatMap((some) => Object.entries(some));
      for (const [name, value] of given) factLines(name, value, options.full ?? false).forEach(io.print);
    }
  }
  if (options.out !== undefined && !io.asJson) {
    io.print(`written to ${options.out}; to carry it out: benito-pipeline apply ${options.out}`);
  }
  return 0;
}

function notWhole(why: string): UserError {
  return new UserError({
    code: 'plan-not-whole',
    message: `the plan cannot be written for \`apply\`, since it is not whole: ${why}`,
    hint: 'claim the leases first, then plan',
  });
}
