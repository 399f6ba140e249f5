import { defineStage, nodeNamespace } from 'benito-pipeline';
import type { Effect, NetnsSpec, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The network namespace of every process node, by name. */
    processNamespaces: One<Readonly<Record<string, Effect<NetnsSpec>>>>;
  }
}

export default defineStage({
  summary: 'Make the network namespaces of the process nodes',
  needs: ['experiment', 'nodes', 'settings'],
  provides: ['processNamespaces'],
  plan({ facts: { experiment, nodes, settings } }) {
    const namespaces = nodes
      .filter(({ ghost }) => !ghost)
      .map((node) => [node.name, nodeNamespace(experiment, node, settings)] as const);
    return {
      effects: namespaces.map(([, netns]) => netns),
      facts: { processNamespaces: Object.fromEntries(namespaces) },
    };
  },
});
