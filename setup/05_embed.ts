import { ONLY_PNODE, UserError, attribute, computers, defineStage, embed } from 'benito-pipeline';
import type { Computer, Embedding, Topology } from 'benito-pipeline';
import { demandsOf } from './_demands.ts';
import { physicalOf } from './_physical.ts';
import { factorThatFits } from './_fitting.ts';
import { apart, noPnode } from './_misfits.ts';

/** Partition -> pnode, one each. Without a list of pnodes there is one, this machine, that holds them all. */
export default defineStage({
  summary: 'Embed the partitions: each on a pnode of its own that can hold it, or all on this machine',
  needs: ['annotated', 'partitioned', 'request', 'settings', 'platforms', 'previous'],
  provides: ['embedding', 'children', 'physical'],
  plan({ facts: { annotated, partitioned, request, settings, platforms, previous } }) {
    const groups = groupsOf(partitioned);
    if (settings.pnodes.length === 0) {
      const nodes = computers(partitioned).map(({ name }) => name);
      const all = { name: ONLY_PNODE, partitions: [...groups.keys()], nodes };
      return { facts: answer(partitioned, { pnodes: [all] }) };
    }

    const together = apart(groups, platforms);
    if (together.length > 0) throw new UserError(together);

    const demands = demandsOf(partitioned, groups, { settings, platforms });
    const before = request.packing?.force ? [] : (previous?.embedding?.pnodes ?? []);
    const earlier = before.flatMap(({ name, host, partitions }) =>
      host === undefined ? [] : partitions.map((partition) => [partition, { name, host }] as const),
    );
    const hostBefore = new Map(earlier.map(([partition, { host }]) => [partition, host]));
    const { hosts, failed } = embed(demands, settings.pnodes, hostBefore);
    const problem = noPnode(failed, demands, settings.pnodes);
    if (problem) {
      const factor = factorThatFits(partitioned, { settings, platforms });
      const isNamed = computers(annotated).some(
        (one) => attribute(one, 'containers:partition') !== undefined,
      );
      const force = !request.packing?.force && (isNamed || previous) ? ' --force-partition' : '';
      throw new UserError({ ...problem, hint: hintOf(demands.length, factor, force) });
    }

    const nameBefore = new Map(earlier.map(([partition, { name }]) => [partition, name]));
    const names = nameAll([...groups.keys()], nameBefore);
    const pnodes = [...groups].map(([partition, members]) => ({
      name: names.get(partition)!,
      host: hosts.get(partition)!,
      partitions: [partition],
      nodes: members.map(({ name }) => name),
    }));
    pnodes.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { facts: answer(partitioned, { pnodes }) };
  },
});

function hintOf(partitions: number, factor: number | undefined, force: string): string {
  if (factor !== undefined) return `--packing ${factor}${force} would fit`;
  if (partitions === 1) return 'list a pnode that can hold it, or take nodes out';
  return `list ${partitions} pnodes that can each hold one of the ${partitions} partitions, or take nodes out`;
}

/** The nodes of every partition, in document order. */
function groupsOf(topology: Topology): ReadonlyMap<string, readonly Computer[]> {
  const groups = new Map<string, Computer[]>();
  for (const node of computers(topology)) {
    const partition = attribute(node, 'containers:partition')!;
    const group = groups.get(partition);
    if (group) group.push(node);
    else groups.set(partition, [node]);
  }
  return groups;
}

/** pnode-0000, pnode-0001, ...: what a partition's pnode was called before, or else the first name that is free. */
function nameAll(
  partitions: readonly string[],
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const partition of partitions) {
    const name = before.get(partition);
    if (name === undefined || used.has(name)) continue;
    names.set(partition, name);
    used.add(name);
  }
  let number = 0;
  for (const partition of partitions) {
    if (names.has(partition)) continue;
    while (used.has(pnodeName(number))) number += 1;
    names.set(partition, pnodeName(number));
    used.add(pnodeName(number));
  }
  return names;
}

function pnodeName(number: number): string {
  return `pnode-${String(number).padStart(4, '0')}`;
}

function answer(partitioned: Topology, embedding: Embedding) {
  const platformOf = new Map(
    computers(partitioned).map((node) => [node.name, attribute(node, 'containers:node_type')!]),
  );
  const children = Object.fromEntries(
    embedding.pnodes.map(({ name, nodes }) => {
      const platforms = [...new Set(nodes.map((node) => platformOf.get(node)!))].sort();
      const lists = platforms.map((one) => [one, nodes.filter((node) => platformOf.get(node) === one)]);
      return [name, Object.fromEntries(lists) as Record<string, readonly string[]>];
    }),
  );
  return { embedding, children, physical: physicalOf(partitioned, embedding) };
}
