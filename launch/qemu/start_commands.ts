import { defineStage, sshCommand, startCommand } from 'benito-pipeline';

export default defineStage({
  summary: 'Run the start commands of the QEMU guests',
  needs: ['experiment', 'nodes', 'guestProcesses', 'guestSettled', 'guestShaping'],
  plan({ facts: { experiment, nodes, guestProcesses, guestSettled, guestShaping } }) {
    const effects = nodes.flatMap((node) => {
      const enter = guestProcesses[node.name];
      if (!enter) return [];
      const shaping = Object.hasOwn(guestShaping, node.name) ? [guestShaping[node.name]!] : [];
      const after = [guestSettled[node.name]!, ...shaping];
      return startCommand(experiment, node, {
        enter,
        through: sshCommand(experiment, node.control!.address),
        after,
      });
    });
    return { effects };
  },
});
