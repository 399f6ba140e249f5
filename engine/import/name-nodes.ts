import type { GraphNode, ImportNote } from './graph.ts';
import { note } from './note.ts';
import { type Namer, plainName } from './names.ts';

/**
 * A TopDL name for each node, by id. A node is called after its label; of several with one label the first in the file
 * is, and the others get their id behind it; without a usable label the id is the name. So what a node is called
 * hangs on its own id and label, and not on how many others come before it.
 */
export function nameNodes(
  nodes: readonly GraphNode[],
  names: Namer,
  prefix = '',
): { readonly byId: ReadonlyMap<string, string>; readonly notes: readonly ImportNote[] } {
  const byId = new Map<string, string>();
  const changed: string[] = [];
  const doubled: string[] = [];
  const nameless: string[] = [];
  for (const node of nodes) {
    const wish = plainName(node.label ?? '');
    if (wish === '' || names.has(wish)) continue;
    const name = names.give(wish);
    byId.set(node.id, name);
    if (name !== node.label) changed.push(`${JSON.stringify(node.label)} is ${name}`);
  }
  for (const node of nodes) {
    if (byId.has(node.id)) continue;
    const label = plainName(node.label ?? '');
    const id = plainName(node.id) || 'node';
    const name = names.give(label === '' ? prefix + id : behind(label, id));
    byId.set(node.id, name);
    if (label === '') nameless.push(name);
    else doubled.push(`${JSON.stringify(node.label)} is ${name}`);
  }
  return {
    byId,
    notes: [
      note('renamed', 'labels with characters that names may not have, or too many', changed),
      note('duplicate-names', 'labels that another node has already', doubled),
      note('nameless', 'nodes without a label that could be a name, called by their ids', nameless),
    ].flat(),
  };
}

function behind(label: string, id: string): string {
  return `${label.slice(0, Math.max(1, 31 - id.length)).replace(/-+$/, '')}-${id}`;
}
