import { attribute, lacksOf } from 'benito-pipeline';
import type { Computer, Demand, Shortage, PlatformFact, Problem, Settings } from 'benito-pipeline';

type Pnodes = Settings['pnodes'];

/** What is wrong with partitions that found no pnode; the first of them is told. */
export function noPnode(
  failed: readonly Demand[],
  demands: readonly Demand[],
  pnodes: Pnodes,
): Omit<Problem, 'hint'> | undefined {
  const [first] = failed;
  if (!first) return undefined;
  const lacks = pnodes.map((pnode) => ({ pnode, lacks: lacksOf(first, pnode) }));
  const able = lacks.filter((one) => one.lacks.length === 0);
  const who = `the partition '${first.partition}' (${first.nodes} ${first.nodes === 1 ? 'node' : 'nodes'})`;
  if (able.length > 0) {
    const others = able.length === pnodes.length ? '' : ` that could hold it`;
    return {
      code: 'pnodes-taken',
      message: `${demands.length} partitions, and the site lists ${count(pnodes.length)}: all ${able.length}${others} are taken, and ${who} has none`,
    };
  }
  const nearest = lacks.reduce((best, one) => (one.lacks.length < best.lacks.length ? one : best));
  const [lack] = nearest.lacks;
  return {
    code: 'pnode-too-small',
    message: `${who} fits no pnode of the site: it needs ${needed(lack!)}, ${nearest.pnode.name} ${has(lack!)}`,
  };
}

/** Nodes of one partition that cannot be on one pnode. */
export function apart(
  groups: ReadonlyMap<string, readonly Computer[]>,
  platforms: readonly PlatformFact[],
): readonly Problem[] {
  return [...groups].flatMap(([partition, nodes]) => {
    const types = new Map(nodes.map((node) => [attribute(node, 'containers:node_type')!, node.name]));
    const shares = (type: string) => platforms.find(({ name }) => name === type)?.sharesPnode ?? 'any';
    const alone = nodes.find((node) => shares(attribute(node, 'containers:node_type')!) === 'none');
    const own = [...types.keys()].find((type) => shares(type) === 'own');
    if (alone && nodes.length > 1) {
      const other = nodes.find((node) => node !== alone)!;
      return [together(partition, `'${alone.name}' needs a pnode to itself, and '${other.name}' is with it`)];
    }
    if (own === undefined || types.size === 1) return [];
    const other = [...types.keys()].find((type) => type !== own)!;
    const who = `'${types.get(own)!}' and '${types.get(other)!}' are together: nodes of ${own} share no pnode with others`;
    return [together(partition, who)];
  });
}

function together(partition: string, what: string): Problem {
  return {
    code: 'nodes-apart',
    message: `in the partition '${partition}' ${what}`,
    hint: 'give one of them another containers:partition, or leave it to --force-partition',
  };
}

function needed({ resource, needed: amount }: Shortage): string {
  if (resource === 'platforms') return `a host of ${amount}`;
  const names = { memory: 'of memory', cores: 'cores', interfaces: 'interfaces for what leads out of it' };
  return `${amount} ${names[resource]}`;
}

function has({ resource, has: amount }: Shortage): string {
  return resource === 'platforms' ? `hosts ${amount}` : `has ${amount}`;
}

function count(number: number): string {
  return `${number} ${number === 1 ? 'pnode' : 'pnodes'}`;
}
