import { defineStage, digest, effect, fileBeside, sshCommand } from 'benito-pipeline';
import type { Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What makes a User-Mode Linux guest complete, by node. */
    umlSettled: One<Readonly<Record<string, Effect>>>;
  }
}

/** A guest knows hosts and routes when it starts. This is for what changes while it runs. */
export default defineStage({
  summary: 'Keep hosts and routes of the running guests up to date',
  needs: ['experiment', 'nodes', 'hosts', 'routes', 'umlProcesses'],
  provides: ['umlSettled'],
  plan({ facts: { experiment, nodes, hosts, routes, umlProcesses } }) {
    const tables = new Map(routes.map(({ node, table }) => [node, table]));
    const byNode = nodes.flatMap(({ name, control, failureAction }) => {
      const running = umlProcesses[name];
      if (!running) return [];
      const settled = effect.command(
        {
          identity: `uml settle ${experiment.project}/${experiment.name} ${name}`,
          label: `hosts and routes of ${name}`,
          of: [running.guest],
          make: [
            ...[
              fileBeside(import.meta.url, '_settle.sh'),
              running.folder,
              digest(hosts + (tables.get(name) ?? '')),
            ],
            ...[experiment.configDir, name, ...sshCommand(experiment, control!.address)],
          ],
        },
        { node: name, failure: failureAction },
      );
      return [[name, settled] as const];
    });
    return {
      effects: byNode.map(([, settled]) => settled),
      facts: { umlSettled: Object.fromEntries(byNode) },
    };
  },
});
