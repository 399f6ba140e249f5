import { defineStage, nodeInterfaces } from 'benito-pipeline';
import type { Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What the interfaces of a container consist of, by node. */
    containerInterfaces: One<Readonly<Record<string, readonly Effect<unknown>[]>>>;
  }
}

/** Each interface is a TAP, born in the node's namespace, plugged into its switch port by a vde_plug2tap. */
export default defineStage({
  summary: 'Give the containers their interfaces, each on its VDE switch port',
  needs: ['nodes', 'containerNamespaces', 'containers', 'switchProcesses'],
  provides: ['containerInterfaces'],
  plan({ facts: { nodes, containerNamespaces, containers, switchProcesses: switches } }) {
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map((node) => {
        const netns = containerNamespaces[node.name]!;
        const parts = nodeInterfaces(node, netns, { switches, diesWith: containers[node.name]! });
        return [node.name, parts] as const;
      });
    return {
      effects: byNode.flatMap(([, parts]) => parts),
      facts: { containerInterfaces: Object.fromEntries(byNode) },
    };
  },
});
