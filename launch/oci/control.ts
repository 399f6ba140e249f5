import { defineStage, effect, fileBeside, interfaceName } from 'benito-pipeline';
import type { Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The interface on the control net of each container, by node. */
    containerControls: One<Readonly<Record<string, Effect>>>;
  }
}

/** A veth pair, one end a port of the control bridge, the other born in the node's network namespace. */
export default defineStage({
  summary: 'Plug the containers on this pnode into the control bridge',
  needs: ['experiment', 'nodes', 'controlBridge', 'containerNamespaces', 'containers'],
  provides: ['containerControls'],
  plan({ facts: { experiment, nodes, controlBridge, containerNamespaces, containers } }) {
    const pairs = nodes.flatMap(({ name: node, control, failureAction }) => {
      const netns = containerNamespaces[node];
      if (!control || !netns) return [];
      const outer = interfaceName('bv', experiment.id, node);
      const { address, prefix, mac } = control;
      const words = [outer, controlBridge.name, netns.name, `${address}/${prefix}`, mac];
      const command = (verb: string): readonly string[] => [
        fileBeside(import.meta.url, '_control.sh'),
        verb,
        ...words,
      ];
      const made = effect.command(
        {
          identity: `control interface ${words.join(' ')}`,
          label: `the interface of ${node} on the control net`,
          observe: command('has'),
          make: command('make'),
          unmake: command('unmake'),
        },
        // A node that was stopped is silent, though its namespace stays.
        { after: [controlBridge], diesWith: [netns, containers[node]!], node, failure: failureAction },
      );
      return [[node, made] as const];
    });
    return {
      effects: pairs.map(([, pair]) => pair),
      facts: { containerControls: Object.fromEntries(pairs) },
    };
  },
});
