import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The routes of the containers that have any, by node. */
    containerRoutes: One<Readonly<Record<string, Effect<unknown>>>>;
  }
}

/** Each node's routes, set by the routes script from its route file. */
export default defineStage({
  summary: 'Set the routes of the containers',
  needs: ['experiment', 'nodes', 'routes', 'containerNamespaces', 'containerInterfaces'],
  provides: ['containerRoutes'],
  plan({ facts: { experiment, nodes, routes, containerNamespaces, containerInterfaces } }) {
    const tables = new Map(routes.map(({ node, table }) => [node, table]));
    const script = fileBeside(import.meta.url, '../routes');
    const byNode = nodes.flatMap(({ name, failureAction }) => {
      const table = tables.get(name) ?? '';
      const netns = containerNamespaces[name];
      if (!netns || table === '') return [];
      const spec = { netns, script, configDir: experiment.configDir, hostname: name, table };
      const after = containerInterfaces[name]!;
      return [[name, effect.routes(spec, { after, node: name, failure: failureAction })] as const];
    });
    return { effects: byNode.map(([, one]) => one), facts: { containerRoutes: Object.fromEntries(byNode) } };
  },
});
