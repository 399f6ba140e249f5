import { effectId } from '../model/effect.ts';
import type { Effect } from '../model/effect.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { groupBy } from '../model/group-by.ts';
import type { VNode } from '../model/vnode.ts';
import type { Platform } from '../platform/registry.ts';
import { shapersOf } from './after-shaping.ts';
import type { NodeRecord, PlannedEffect } from './plan.ts';

/**
 * What is remembered of vnodes: the ways into them, as their platforms give them, how much was planned of each, and what
 * shapes their links.
 * @param shapers the fact `linkShapers`.
 */
export function nodeRecords(
  nodes: readonly VNode[],
  about: { readonly experiment: ExperimentFact; readonly platforms: ReadonlyMap<string, Platform> },
  effects: readonly PlannedEffect[],
  shapers: Readonly<Record<string, Effect>> = {},
): readonly NodeRecord[] {
  const parts = groupBy(
    effects.filter(({ stage }) => stage.startsWith('launch/')),
    ({ node }) => node,
  );
  return nodes.map((node) => {
    const shapedBy = shapersOf(node, shapers).map(effectId);
    return {
      ...waysInto(node, about),
      parts: parts.get(node.name)?.length ?? 0,
      ...(shapedBy.length > 0 && { shapedBy }),
    };
  });
}

function waysInto(node: VNode, { experiment, platforms }: Parameters<typeof nodeRecords>[1]): NodeRecord {
  const verbs = platforms.get(node.platform)?.definition.verbs;
  const entry = verbs?.exec?.(node, experiment);
  const shell = verbs?.shell?.(node, experiment);
  const alive = verbs?.alive?.(node, experiment);
  const toConsole = verbs?.console?.(node, experiment);
  const ssh = verbs?.ssh?.(node, experiment);
  const stop = verbs?.stop?.(node, experiment);
  return {
    ...node,
    ...(entry && { entry }),
    ...(shell && { shell }),
    ...(alive && { alive: effectId(alive) }),
    ...(toConsole && { console: toConsole }),
    ...(ssh && { ssh }),
    ...(stop && { stop }),
  };
}
