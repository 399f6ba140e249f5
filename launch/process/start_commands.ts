import { defineStage, startCommand } from 'benito-pipeline';

export default defineStage({
  summary: 'Run the start commands of the process nodes',
  needs: ['experiment', 'nodes', 'processNodes', 'processInterfaces', 'processRoutes'],
  plan({ facts: { experiment, nodes, processNodes, processInterfaces, processRoutes } }) {
    const effects = nodes.flatMap((node) => {
      const enter = processNodes[node.name];
      if (!enter) return [];
      const routes = processRoutes[node.name];
      const after = [...processInterfaces[node.name]!, ...(routes ? [routes] : [])];
      return startCommand(experiment, node, { enter, after });
    });
    return { effects };
  },
});
