import { defineStage, effect } from 'benito-pipeline';
import type { Effect } from 'benito-pipeline';

/** The start command of each node, exactly as written, once the node is up; it may fail without failing the experiment. */
export default defineStage({
  summary: 'Run the start commands of the process nodes',
  needs: ['experiment', 'nodes', 'processNodes', 'processInterfaces', 'processRoutes'],
  plan({ facts: { experiment, nodes, processNodes, processInterfaces, processRoutes } }) {
    const effects = nodes.flatMap(({ name, startup }) => {
      const enter = processNodes[name];
      if (!enter || startup === undefined) return [];
      const log = `${experiment.logDir}/${name}`;
      const files = {
        stdout: `${log}/start_command.out`,
        stderr: `${log}/start_command.err`,
        status: `${log}/start_command.status`,
      };
      const after: Effect<unknown>[] = [
        ...processInterfaces[name]!,
        ...(processRoutes[name] ? [processRoutes[name]] : []),
      ];
      return [
        effect.task(
          { name: `start-${name}`, enter, argv: ['sh', '-c', startup], ...files },
          { after, node: name, failure: 'nonfatal' },
        ),
      ];
    });
    return { effects };
  },
});
