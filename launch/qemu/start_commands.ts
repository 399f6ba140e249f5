import { defineStage, effect, sshCommand } from 'benito-pipeline';

/** The start command of each guest, exactly as written, once it is up; it may fail without failing the experiment. */
export default defineStage({
  summary: 'Run the start commands of the QEMU guests',
  needs: ['experiment', 'nodes', 'guestProcesses', 'guestSettled', 'guestShaping'],
  plan({ facts: { experiment, nodes, guestProcesses, guestSettled, guestShaping } }) {
    const effects = nodes.flatMap(({ name, startup, control }) => {
      const enter = guestProcesses[name];
      if (!enter || startup === undefined) return [];
      const shaping = Object.hasOwn(guestShaping, name) ? [guestShaping[name]!] : [];
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
          { after: [guestSettled[name]!, ...shaping], node: name, failure: 'nonfatal' },
        ),
      ];
    });
    return { effects };
  },
});
