import { defineStage, digest, effect, fileBeside, sshCommand } from 'benito-pipeline';
import type { Effect, One, ProcessSpec } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What makes a guest complete, by node. */
    guestSettled: One<Readonly<Record<string, Effect>>>;
  }
}

/** A guest knows hosts and routes, and mounts, when it starts. This is for what changes while it runs. */
export default defineStage({
  summary: 'Keep hosts, routes and mounts of the running guests up to date',
  needs: ['experiment', 'nodes', 'hosts', 'routes', 'fileServers', 'guestProcesses'],
  provides: ['guestSettled'],
  plan({ facts: { experiment, nodes, hosts, routes, fileServers, guestProcesses } }) {
    const tables = new Map(routes.map(({ node, table }) => [node, table]));
    const servers = fileServers.filter(({ kind }) => kind === 'process') as readonly Effect<ProcessSpec>[];
    const byNode = nodes.flatMap(({ name, control, failureAction }) => {
      const guest = guestProcesses[name];
      if (!guest) return [];
      const folder = `${experiment.stateDir}/guests/${name}`;
      const told = digest(hosts + (tables.get(name) ?? ''));
      const settled = effect.command(
        {
          identity: `settle ${experiment.project}/${experiment.name} ${name}`,
          label: `hosts, routes and mounts of ${name}`,
          of: [guest, ...servers],
          make: [
            ...[fileBeside(import.meta.url, '_settle.sh'), folder, told, experiment.configDir, name],
            ...sshCommand(experiment, control!.address),
          ],
        },
        { node: name, failure: failureAction },
      );
      return [[name, settled] as const];
    });
    return {
      effects: byNode.map(([, settled]) => settled),
      facts: { guestSettled: Object.fromEntries(byNode) },
    };
  },
});
