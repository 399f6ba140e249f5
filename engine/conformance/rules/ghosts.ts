import type { Rule } from '../rule.ts';

export const ghosts: Rule = {
  name: 'ghosts',
  summary: 'a ghost gets its address and port, and is not started',
  async check(lab) {
    const { plan } = await lab.planned();
    const { nodes } = await lab.up();
    const ghost = plan.nodes.find(({ name }) => name === lab.experiment.ghost)!;
    const own = plan.effects.filter(({ node, kind }) => node === ghost.name && kind === 'process');
    const [one] = ghost.interfaces;
    const seen = await lab.look([{ ...ghost, interfaces: [one!] }], { count: 1, seconds: 1 });
    const answers = seen.get(one!.switch)!.answers.get(one!.address) ?? 0;
    const mend = 'leave out nodes whose `ghost` is true: const awake = nodes.filter(({ ghost }) => !ghost)';
    return {
      evidence: [
        `${ghost.name} has ${one!.address} and port ${one!.port} beside ${nodes.length} nodes; it answers ${answers} of 1 questions`,
      ],
      faults: [
        ...(answers > 0 ? [{ what: `the ghost ${ghost.name} answers at ${one!.address}`, mend }] : []),
        ...own.map(({ name, stage }) => ({
          what: `the stage ${stage} starts the process ${name} for the ghost ${ghost.name}`,
          mend,
        })),
      ],
    };
  },
};
