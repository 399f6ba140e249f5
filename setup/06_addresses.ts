import { UserError, assignAddresses, defineStage, earlierAddresses } from 'benito-pipeline';

/** What the user set is kept, then what an earlier run gave; the rest is assigned, a 10.0.N.0/24 per substrate. */
export default defineStage({
  summary: 'Assign the experiment addresses',
  needs: ['partitioned', 'settings', 'previous'],
  provides: ['addressed'],
  plan({ facts: { partitioned, settings, previous } }) {
    const { topology, problems } = assignAddresses(partitioned, {
      space: settings.address_space,
      reserved: [settings.control_net.pool],
      ...(previous && { previous: earlierAddresses(previous.topology) }),
    });
    if (problems.length > 0) throw new UserError(problems);
    return { facts: { addressed: topology } };
  },
});
