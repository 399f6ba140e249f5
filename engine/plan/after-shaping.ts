import { effectId } from '../model/effect.ts';
import type { Effect } from '../model/effect.ts';
import type { VNode } from '../model/vnode.ts';
import type { PlannedEffect } from './plan.ts';

/** Start commands find the links of their node as the experiment wants them, whatever its platform: they come later. */
export function afterShaping(
  effects: readonly PlannedEffect[],
  nodes: readonly VNode[],
  shapers: Readonly<Record<string, Effect>> = {},
): readonly PlannedEffect[] {
  const substrates = new Map(
    nodes.map(({ name, interfaces }) => [name, interfaces.map(({ substrate }) => substrate)]),
  );
  return effects.map((one) => {
    if (one.kind !== 'task' || one.node === undefined) return one;
    const shaped = (substrates.get(one.node) ?? [])
      .filter((substrate) => Object.hasOwn(shapers, substrate))
      .map((substrate) => shapers[substrate]!);
    if (shaped.length === 0) return one;
    const after = [...new Set([...one.edges.after, ...shaped.map(effectId)])];
    return { ...one, edges: { ...one.edges, after } };
  });
}
