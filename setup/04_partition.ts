import { UserError, attribute, computers, defineStage, pack, withAttribute } from 'benito-pipeline';
import type { Computer, PackingRequest, Problem } from 'benito-pipeline';
import { placesOf } from './_places.ts';

/** Which vnodes share a pnode: as the experiment says, or else as few substrates as possible in several partitions. */
export default defineStage({
  summary:
    'Put the nodes into partitions: those that the experiment names, else so that little traffic leaves them',
  needs: ['annotated', 'request', 'settings', 'platforms', 'previous'],
  provides: ['partitioned'],
  plan({ facts: { annotated, request, settings, platforms, previous } }) {
    const nodes = computers(annotated);
    const asked = request.packing ?? {};
    const own = nodes.flatMap((node): [string, string][] => {
      const partition = asked.force ? undefined : attribute(node, 'containers:partition');
      return partition === undefined ? [] : [[node.name, partition]];
    });
    const named = new Map(own);
    const isNeeded = settings.pnodes.length > 0 || named.size > 0 || isAsked(asked);

    const earlier = previous && !asked.force ? partitionsOf(computers(previous.topology)) : [];
    const { nodes: factor, nodes_only: nodesOnly } = settings.packing;
    const problems: Problem[] = [];
    const rest = nodes.filter(({ name }) => isNeeded && !named.has(name));
    // Beside nodes that say with whom they are, those that do not are by themselves.
    const places =
      named.size > 0 ? rest.map(({ name }) => ({ name, pass: 0 })) : placesOf(rest, platforms, problems);
    if (problems.length > 0) throw new UserError(problems);
    const { partitions, spare } = pack(annotated, places, {
      wishes: { packing: factor, nodesOnly, ...asked },
      earlier: new Map(earlier),
      taken: [...named.values()],
    });

    const partitionOf = (name: string): string => named.get(name) ?? partitions.get(name) ?? '0';
    const elements = annotated.elements.map((element) =>
      element.type === 'computer'
        ? {
            ...element,
            attributes: withAttribute(element.attributes, 'containers:partition', partitionOf(element.name)),
          }
        : element,
    );
    const count = new Set(nodes.map(({ name }) => partitionOf(name))).size;
    const notes = [
      ...(named.size > 0 && isAsked(asked) ? [NAMED] : []),
      ...(asked.size !== undefined && (asked.packing !== undefined || asked.passPack) ? [SIZE_FIRST] : []),
      ...(settings.pnodes.length === 0 && isAsked(asked) && count > 1
        ? [`${count} partitions, all of them on this machine: the site lists no pnodes`]
        : []),
      ...(named.size === 0 && spare > 0 ? [keptMore(spare)] : []),
    ];
    return { facts: { partitioned: { ...annotated, elements } }, notes };
  },
});

const NAMED =
  'the experiment itself says which nodes share a pnode: options for packing have no effect without --force-partition';
const SIZE_FIRST = '--size says how many pnodes there are: --packing and --pass-pack have no effect';

function keptMore(spare: number): string {
  const more = spare === 1 ? 'one more than is' : `${spare} more than are`;
  return `partitions of the earlier run are kept, ${more} needed: --force-partition makes new ones`;
}

function isAsked({ force: _force, ...wishes }: PackingRequest): boolean {
  return Object.keys(wishes).length > 0;
}

function partitionsOf(nodes: readonly Computer[]): readonly [string, string][] {
  return nodes.flatMap((node): [string, string][] => {
    const partition = attribute(node, 'containers:partition');
    return partition === undefined ? [] : [[node.name, partition]];
  });
}
