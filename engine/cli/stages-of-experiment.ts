import type { Discovery } from '../stage/discover.ts';
import { planOnly } from './dry-run.ts';
import { readExperimentInputs } from './input.ts';
import type { PlanOptions } from './plan-options.ts';

/** One stage as it would run. */
export interface StageRow {
  readonly name: string;
  readonly file: string;
  readonly summary: string;
  readonly needs: readonly string[];
  readonly provides: readonly string[];
  /** Files of the same name in earlier folders. */
  readonly replaces: readonly string[];
  /** Why it has nothing to do. */
  readonly skipped?: string;
}

/** The stages that an experiment comes to, in their order, with those that have nothing to do. */
export async function stagesOfExperiment(
  file: string,
  options: PlanOptions,
  found: Discovery,
): Promise<readonly StageRow[]> {
  const { plan } = await planOnly({
    ...(await readExperimentInputs(file, options)),
    onPart: () => undefined,
  });
  const replaces = new Map(found.stages.map((stage) => [stage.name, stage.replaces]));
  return plan.stages.map((stage) => ({ ...stage, replaces: replaces.get(stage.name) ?? [] }));
}
