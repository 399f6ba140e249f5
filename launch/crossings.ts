import { defineStage, skip } from 'benito-pipeline';

/** Where switches of this pnode are to be joined to those of others: their ports are kept free, nothing is in them yet. */
export default defineStage({
  summary: 'Say which substrates lead to other pnodes, and are not joined yet',
  needs: ['pnode', 'crossings'],
  plan({ facts: { pnode, crossings } }) {
    const mine = crossings.filter(({ trunks }) => trunks.flat().some((end) => end.pnode === pnode.name));
    if (mine.length === 0) return skip(`nothing leads from ${pnode.name} to another pnode`);
    const names = mine.map(({ substrate }) => substrate);
    const some = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
    const [are, they] = names.length === 1 ? ['substrate leads', 'it is'] : ['substrates lead', 'they are'];
    const note = `${names.length} ${are} from ${pnode.name} to other pnodes (${some}): ${they} NOT joined yet, nodes there are not reached from here`;
    return { notes: [note] };
  },
});
