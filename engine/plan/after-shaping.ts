import { effectId } from '../model/effect.ts';
import type { Effect } from '../model/effect.ts';
import type { VNode } from '../model/vnode.ts';
import type { PlannedEffect } from './plan.ts';

/** Start commands find the links of their node as the experiment wants them, whatever its platform: they come later. */
export function afterShaping(
  effects: readonly PlannedEffect[],
  nodes: readonly VNode[],
  shapers: Readonly<Record<string, Effect>> = {},
): PlannedEffect[] {
  const byNode = new Map(nodes.map((node) => [node.name, shapersOf(node, shapers)]));
  return effects.map((one) => {
    const shaped = (one.kind === 'task' && one.node !== undefined && byNode.get(one.node)) || [];
    if (shaped.length === 0) return one;
    const after = [...new Set([...one.edges.after, ...shaped.map(effectId)])];
    return { ...one, edges: { ...one.edges, after } };
  });
}

/** What shapes the links of a node. */
export function shapersOf(
  { interfaces }: Pick<VNode, 'interfaces'>,
  shapers: Readonly<Record<string, Effect>>,
): readonly Effect[] {
  return interfaces.flatMap(({ substrate }) =>
    Object.hasOwn(shapers, substrate) ? [shapers[substrate]!] : [],
  );
}
