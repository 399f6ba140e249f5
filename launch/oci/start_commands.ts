import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { Effect } from 'benito-pipeline';

/** The start command of each container, exactly as written, once it is up; it may fail without failing the experiment. */
export default defineStage({
  summary: 'Run the start commands of the containers',
  needs: ['experiment', 'nodes', 'containers', 'containerInterfaces', 'containerControls', 'containerRoutes'],
  plan({
    facts: { experiment, nodes, containers, containerInterfaces, containerControls, containerRoutes },
  }) {
    const effects = nodes.flatMap(({ name, startup }) => {
      const enter = containers[name];
      if (!enter || startup === undefined) return [];
      const log = `${experiment.logDir}/${name}/start_command`;
      const after: Effect<unknown>[] = [
        ...containerInterfaces[name]!,
        ...(containerControls[name] ?? []),
        ...[containerRoutes[name]].flatMap((one) => one ?? []),
      ];
      return [
        effect.task(
          {
            name: `start-${name}`,
            enter,
            // Not by its namespaces alone: that would be without its limits, and with rights that it has not.
            through: [fileBeside(import.meta.url, '_shell.sh'), `${experiment.stateDir}/containers/${name}`],
            argv: ['sh', '-c', startup],
            stdout: `${log}.out`,
            stderr: `${log}.err`,
            status: `${log}.status`,
          },
          { after, node: name, failure: 'nonfatal' },
        ),
      ];
    });
    return { effects };
  },
});
