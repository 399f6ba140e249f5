import { defineStage, nodeInterfaces } from 'benito-pipeline';
import type { Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What a process node's interfaces consist of, by node. */
    processInterfaces: One<Readonly<Record<string, readonly Effect<unknown>[]>>>;
  }
}

/** Each interface is a TAP, born in the node's namespace, plugged into its switch port by a vde_plug2tap. */
export default defineStage({
  summary: 'Give the process nodes their interfaces, each on its VDE switch port',
  needs: ['nodes', 'processNamespaces', 'processNodes', 'switchProcesses'],
  provides: ['processInterfaces'],
  plan({ facts: { nodes, processNamespaces, processNodes, switchProcesses: switches } }) {
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map((node) => {
        const netns = processNamespaces[node.name]!;
        const parts = nodeInterfaces(node, netns, { switches, diesWith: processNodes[node.name]! });
        return [node.name, parts] as const;
      });
    return {
      effects: byNode.flatMap(([, parts]) => parts),
      facts: { processInterfaces: Object.fromEntries(byNode) },
    };
  },
});
