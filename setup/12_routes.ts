import { buildGraph, computeRoutes, defineStage, formatRoutes } from 'benito-pipeline';

/** Shortest paths in substrates crossed, for every address of the experiment. */
export default defineStage({
  summary: 'Calculate the static routes of every node',
  needs: ['wired', 'settings'],
  provides: ['routes'],
  plan({ facts: { wired, settings } }) {
    const tables = computeRoutes(buildGraph(wired), { keepOut: [settings.control_net.pool] });
    return {
      facts: { routes: [...tables].map(({ node, table }) => ({ node, table: formatRoutes(table) })) },
    };
  },
});
