import type { Effect, PlanContext, StageDefinition } from 'benito-pipeline';

/** A shipped stage with other effects: how most broken platforms are made. */
export function changed<Stage>(
  stage: Stage,
  change: (effect: Effect, context: PlanContext) => Effect | readonly Effect[],
): Stage {
  const shipped = stage as unknown as StageDefinition;
  const broken: StageDefinition = {
    ...shipped,
    plan(context) {
      const result = shipped.plan(context);
      if ('skip' in result) return result;
      return { ...result, effects: (result.effects ?? []).flatMap((effect) => change(effect, context)) };
    },
  };
  return broken as unknown as Stage;
}
