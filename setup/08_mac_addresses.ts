import { UserError, assignMacs, defineStage, earlierMacs } from 'benito-pipeline';

/** Locally administered MACs that depend on experiment, node and interface alone. */
export default defineStage({
  summary: 'Assign the MAC addresses',
  needs: ['experiment', 'addressed', 'previous'],
  provides: ['identified'],
  plan({ facts: { experiment, addressed, previous } }) {
    const { topology, problems } = assignMacs(addressed, {
      experiment: experiment.id,
      ...(previous && { previous: earlierMacs(previous.topology) }),
    });
    if (problems.length > 0) throw new UserError(problems);
    return { facts: { identified: topology } };
  },
});
