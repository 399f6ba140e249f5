import { defineStage, nodeNamespace } from 'benito-pipeline';
import type { Effect, NetnsSpec, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The network namespace of every container, by node. */
    containerNamespaces: One<Readonly<Record<string, Effect<NetnsSpec>>>>;
  }
}

export default defineStage({
  summary: 'Make the network namespaces of the containers',
  needs: ['experiment', 'nodes', 'settings'],
  provides: ['containerNamespaces'],
  plan({ facts: { experiment, nodes, settings } }) {
    const namespaces = nodes
      .filter(({ ghost }) => !ghost)
      .map((node) => [node.name, nodeNamespace(experiment, node, settings)] as const);
    return {
      effects: namespaces.map(([, netns]) => netns),
      facts: { containerNamespaces: Object.fromEntries(namespaces) },
    };
  },
});
