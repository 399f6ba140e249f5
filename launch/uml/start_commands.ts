import { defineStage, effect, sshCommand } from 'benito-pipeline';

/** The start command of each guest, exactly as written, once it is up; it may fail without failing the experiment. */
export default defineStage({
  summary: 'Run the start commands of the User-Mode Linux guests',
  needs: ['experiment', 'nodes', 'umlProcesses', 'umlSettled'],
  plan({ facts: { experiment, nodes, umlProcesses, umlSettled } }) {
    const effects = nodes.flatMap(({ name, startup, control }) => {
      const enter = umlProcesses[name]?.guest;
      if (!enter || startup === undefined) return [];
      const log = `${experiment.logDir}/${name}/start_command`;
      return [
        effect.task(
          {
            name: `start-${name}`,
            enter,
            through: sshCommand(experiment, control!.address),
            argv: ['sh', '-c', startup],
            stdout: `${log}.out`,
            stderr: `${log}.err`,
            status: `${log}.status`,
          },
          { after: [umlSettled[name]!], node: name, failure: 'nonfatal' },
        ),
      ];
    });
    return { effects };
  },
});
