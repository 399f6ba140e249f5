import { defineStage, effect } from 'benito-pipeline';
import type { Effect, One, ProcessSpec, TapSpec } from 'benito-pipeline';

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
  plan({ facts: { nodes, containerNamespaces, containers, switchProcesses } }) {
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name: node, interfaces, failureAction }) => {
        const netns = containerNamespaces[node]!;
        const options = { node, failure: failureAction } as const;
        const parts = interfaces.flatMap((one): Effect<TapSpec | ProcessSpec>[] => {
          const address = `${one.address}/${one.prefix}`;
          const tap = effect.tap({ netns, device: one.name, mac: one.mac, addresses: [address] }, options);
          const argv = [
            'vde_plug2tap',
            '--daemon',
            '--sock',
            one.switch,
            '--port',
            String(one.port),
            one.name,
          ];
          const plugged = switchProcesses[one.substrate]!;
          const label = `the plug of ${node}/${one.name} in port ${one.port} of ${one.substrate}`;
          const plug = effect.process(
            { name: `plug-${node}.${one.name}`, netns, argv, label },
            // A node that was stopped is silent, though its namespace stays.
            { ...options, diesWith: [tap, plugged, containers[node]!] },
          );
          return [tap, plug];
        });
        return [node, parts] as const;
      });
    return {
      effects: byNode.flatMap(([, parts]) => parts),
      facts: { containerInterfaces: Object.fromEntries(byNode) },
    };
  },
});
