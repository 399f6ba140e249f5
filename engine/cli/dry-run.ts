import { bossOfSettings } from '../host/boss/choose.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { PlanInputs } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { viewHost } from './host-view.ts';
import type { Io } from './io.ts';
import { planJson } from './plan-json.ts';
import { planText } from './plan-text.ts';
import { effectsOf, selectedStages } from './stage-selection.ts';
import type { Selection } from './stage-selection.ts';

type Facts = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** A plan with the facts that each stage gave, nothing claimed and nothing touched. */
export async function planOnly(inputs: Omit<PlanInputs, 'answer'>): Promise<{ plan: Plan; facts: Facts }> {
  const { project, name } = inputs.experiment;
  const boss = await bossOfSettings(`${project}/${name}`, inputs.settings.control_net);
  const facts = new Map<string, Readonly<Record<string, unknown>>>();
  const plan = await makePlan({
    ...inputs,
    answer: (claims) => boss.foretell(claims),
    onStage: (stage, given) => facts.set(stage.name, given),
  });
  return { plan, facts };
}

/** Shows what a run would do; of selected stages also the facts that they would give. */
export async function showDryRun(
  inputs: Omit<PlanInputs, 'answer'>,
  selection: Selection | undefined,
  options: { readonly full?: boolean | undefined },
  io: Io,
): Promise<number> {
  const { plan, facts } = await planOnly(inputs);
  const stages = selection && selectedStages(plan, selection);
  const only = stages ? effectsOf(plan, stages) : () => true;
  const view = await viewHost(plan, only);
  const given = [...facts]
    .filter(([stage]) => stages?.has(stage))
    .flatMap(([, some]) => Object.entries(some));
  if (io.asJson) {
    const value = planJson(plan, view, plan.effects.filter(only)) as object;
    io.json({ ...value, ...(stages && { stages: [...stages], facts: Object.fromEntries(given) }) });
    return 0;
  }
  planText(plan, view, { colors: io.colors, full: options.full, only, ...(stages && { stages }) }).forEach(
    io.print,
  );
  for (const [name, value] of given) factLines(name, value, options.full ?? false).forEach(io.print);
  return 0;
}

const MOST_LINES = 30;

/** A fact for people; `full`: to its end. */
export function factLines(name: string, value: unknown, full: boolean): readonly string[] {
  const lines = JSON.stringify(value, null, 2).split('\n');
  const shown = full ? lines : lines.slice(0, MOST_LINES);
  const more =
    lines.length > shown.length ? [`    ... ${lines.length - shown.length} more lines: --full`] : [];
  return ['', `fact ${name}`, ...shown.map((line) => `    ${line}`), ...more];
}
