import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EffectId } from '../model/effect.ts';
import { UserError } from '../model/problem.ts';
import { sealPlan } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import { packingOptions } from './packing-options.ts';
import type { PlanOptions } from './plan-options.ts';

/** What `plan --out` writes and `apply` carries out: a plan with everything that it was made from, as fingerprints. */
export interface SavedPlan {
  readonly format: 'benito-pipeline plan 1';
  readonly plan: Plan;
  /** What `up` would be told to make this plan. */
  readonly file: string;
  readonly options: PlanOptions;
  /** sha256, version or text by what it is of. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** How the host was found, as far as it could be seen. */
  readonly observed: Readonly<Record<EffectId, string>>;
}

const FORMAT = 'benito-pipeline plan 1';

/** Writes a plan to a file. @throws UserError where it cannot be written. */
export function savePlan(out: string, saved: Omit<SavedPlan, 'format'>): void {
  try {
    writeFileSync(out, `${JSON.stringify({ format: FORMAT, ...saved }, null, 1)}\n`);
  } catch (error) {
    throw new UserError({
      code: 'plan-not-written',
      message: `the plan cannot be written: ${(error as Error).message}`,
      place: { file: out },
      hint: 'name a file in a directory that is there and that you may write',
    });
  }
}

/**
 * Reads what `savePlan` wrote.
 * @throws UserError for anything else, and where the plan is not what its hash says.
 */
export function loadPlan(file: string): SavedPlan {
  const saved = parse(file);
  if (saved?.format !== FORMAT) throw noPlan(file, 'the file is no plan of this program');
  const { hash, ...plan } = saved.plan;
  if (sealPlan(plan).hash !== hash)
    throw noPlan(file, 'the plan was changed by hand: it does not have its own hash');
  return saved;
}

/** The options with every path made absolute: a plan may be applied from anywhere. */
export function absolute(options: PlanOptions): PlanOptions {
  const { as, defaultPlatform, stages, experiment, pnode, var: varDir } = options;
  return {
    as,
    stages: stages.map((folder) => resolve(folder)),
    ...(defaultPlatform !== undefined && { defaultPlatform }),
    ...packingOptions(options),
    ...(pnode !== undefined && { pnode }),
    ...(experiment !== undefined && { experiment }),
    ...(varDir !== undefined && { var: resolve(varDir) }),
  };
}

function parse(file: string): SavedPlan | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw noPlan(file, `the plan cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as SavedPlan;
  } catch {
    return undefined;
  }
}

function noPlan(file: string, message: string): UserError {
  const hint = 'make one: benito-pipeline plan EXPERIMENT --out FILE';
  return new UserError({ code: 'no-plan', message, place: { file }, hint });
}
