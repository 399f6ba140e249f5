import { type Namer, plainName } from './names.ts';
import type { Lan } from './sort-edges.ts';

/** The names of LANs, in their order: the label of the first of its hubs that has one, else `lan-` and the first one's id. */
export function nameLans(lans: readonly Lan[], names: Namer): readonly string[] {
  return lans.map(({ hubs }) => {
    const label = hubs.map((hub) => plainName(hub.label ?? '')).find((name) => name !== '');
    return names.give(label ?? `lan-${plainName(hubs[0]!.id)}`);
  });
}
