import type { Cost, CostRule, NodeCosts } from '../../model/packing.ts';
import { attribute } from '../../model/queries.ts';
import type { Attribute } from '../../model/topology.ts';

type Owner = { readonly attributes: readonly Attribute[] };
type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * What a node takes of a pnode: what its own attribute (`containers:memory` in MiB, `containers:cores`) says, or else its
 * platform.
 */
export function costOf(
  what: keyof NodeCosts,
  node: Owner,
  { costs, settings }: { readonly costs: NodeCosts; readonly settings: Settings },
): number {
  const own = positive(attribute(node, `containers:${what}`));
  return own ?? byPlatform(costs[what] ?? 0, node, settings);
}

function byPlatform(cost: Cost, node: Owner, settings: Settings): number {
  if (typeof cost === 'number') return cost;
  for (const rule of cost) {
    const found = byRule(rule, node, settings);
    if (found !== undefined) return found;
  }
  return 0;
}

function byRule(
  { attribute: name, setting, values, otherwise }: CostRule,
  node: Owner,
  settings: Settings,
): number | undefined {
  const text = name === undefined ? settings[setting ?? ''] : attribute(node, name);
  if (text === undefined) return undefined;
  return values ? (values[String(text)] ?? otherwise) : positive(String(text));
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
