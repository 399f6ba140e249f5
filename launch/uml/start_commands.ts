import { defineStage, sshCommand, startCommand } from 'benito-pipeline';

export default defineStage({
  summary: 'Run the start commands of the User-Mode Linux guests',
  needs: ['experiment', 'nodes', 'umlProcesses', 'umlSettled'],
  plan({ facts: { experiment, nodes, umlProcesses, umlSettled } }) {
    const effects = nodes.flatMap((node) => {
      const enter = umlProcesses[node.name]?.guest;
      if (!enter) return [];
      const through = sshCommand(experiment, node.control!.address);
      return startCommand(experiment, node, { enter, through, after: [umlSettled[node.name]!] });
    });
    return { effects };
  },
});
