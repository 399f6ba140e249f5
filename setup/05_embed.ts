import { ONLY_PNODE, attribute, computers, defineStage } from 'benito-pipeline';

/** Partition -> pnode. Without a list of pnodes there is one, this machine, of unlimited packing. */
export default defineStage({
  summary: 'Embed the partitions: all on this machine',
  needs: ['partitioned'],
  provides: ['embedding'],
  plan({ facts: { partitioned } }) {
    const nodes = computers(partitioned);
    const partitions = [...new Set(nodes.map((node) => attribute(node, 'containers:partition')!))];
    const names = nodes.map(({ name }) => name);
    return { facts: { embedding: { pnodes: [{ name: ONLY_PNODE, partitions, nodes: names }] } } };
  },
});
