import { defineStage, effect } from 'benito-pipeline';
import { sshArgv } from './_ssh.ts';

/** The start command of each guest, exactly as written, once it is up; it may fail without failing the experiment. */
export default defineStage({
  summary: 'Run the start commands of the QEMU guests',
  needs: ['experiment', 'nodes', 'sshKey', 'guestProcesses', 'guestSettled'],
  plan({ facts: { experiment, nodes, sshKey, guestProcesses, guestSettled } }) {
    const effects = nodes.flatMap(({ name, startup, control }) => {
      const enter = guestProcesses[name];
      if (!enter || startup === undefined) return [];
      const log = `${experiment.logDir}/${name}/start_command`;
      return [
        effect.task(
          {
            name: `start-${name}`,
            enter,
            through: sshArgv(sshKey.path, control!.address),
            argv: ['sh', '-c', startup],
            stdout: `${log}.out`,
            stderr: `${log}.err`,
            status: `${log}.status`,
          },
          { after: [guestSettled[name]!], node: name, failure: 'nonfatal' },
        ),
      ];
    });
    return { effects };
  },
});
