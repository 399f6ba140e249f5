import { defineStage, fileBeside, startCommand } from 'benito-pipeline';

export default defineStage({
  summary: 'Run the start commands of the containers',
  needs: ['experiment', 'nodes', 'containers', 'containerInterfaces', 'containerControls', 'containerRoutes'],
  plan({
    facts: { experiment, nodes, containers, containerInterfaces, containerControls, containerRoutes },
  }) {
    const effects = nodes.flatMap((node) => {
      const enter = containers[node.name];
      if (!enter) return [];
      const routes = containerRoutes[node.name];
      const after = [
        ...containerInterfaces[node.name]!,
        ...(containerControls[node.name] ?? []),
        ...(routes ? [routes] : []),
      ];
      // Not by its namespaces alone: that would be without its limits, and with rights that it has not.
      const through = [
        fileBeside(import.meta.url, '_shell.sh'),
        `${experiment.stateDir}/containers/${node.name}`,
      ];
      return startCommand(experiment, node, { enter, through, after });
    });
    return { effects };
  },
});
