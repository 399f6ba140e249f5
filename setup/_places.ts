import { attribute } from 'benito-pipeline';
import type { Computer, PackedNode, PlatformFact, Problem } from 'benito-pipeline';

/** In which pass each node is packed, and with whom; without those whose pass is no number, which become problems. */
export function placesOf(
  nodes: readonly Computer[],
  platforms: readonly PlatformFact[],
  problems: Problem[] = [],
): readonly PackedNode[] {
  return nodes.flatMap((node): PackedNode[] => {
    const type = attribute(node, 'containers:node_type');
    const platform = platforms.find(({ name }) => name === type);
    const text = attribute(node, 'containers:PartitionPass') ?? attribute(node, 'containers:PackingPass');
    const pass = text === undefined ? (platform?.packingPass ?? 1) : Number(text);
    if (!Number.isInteger(pass) || pass < 0 || text?.trim() === '') {
      problems.push({
        code: 'bad-pass',
        message: `the node '${node.name}' has the packing pass ${JSON.stringify(text)}`,
        hint: 'containers:PartitionPass is a whole number: 0, 1, 2, ...',
      });
      return [];
    }
    const shares = platform?.sharesPnode ?? 'any';
    if (shares === 'none') return [{ name: node.name, pass }];
    return [{ name: node.name, pass, group: shares === 'own' ? type! : '' }];
  });
}
