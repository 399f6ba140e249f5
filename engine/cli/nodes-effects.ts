import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { allEdges } from '../plan/delta.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';

/** Which effects of a plan are of these nodes, or are what these hang on; what is another node's own is left out. */
export function effectsOfNodes(
  plan: Pick<Plan, 'effects'>,
  nodes: ReadonlySet<string>,
): (effect: PlannedEffect) => boolean {
  const byId = new Map(plan.effects.map((effect) => [effectId(effect), effect]));
  const found = new Set<EffectId>();
  const open = plan.effects.filter(({ node }) => node !== undefined && nodes.has(node));
  for (let next = open.pop(); next; next = open.pop()) {
    const id = effectId(next);
    if (found.has(id) || (next.node !== undefined && !nodes.has(next.node))) continue;
    found.add(id);
    open.push(...allEdges(next).flatMap((other) => byId.get(other) ?? []));
  }
  return (effect) => found.has(effectId(effect));
}
