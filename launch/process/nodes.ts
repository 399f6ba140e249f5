import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { Effect, One, ProcessSpec } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The first process of every process node, by name. */
    processNodes: One<Readonly<Record<string, Effect<ProcessSpec>>>>;
  }
}

/** Each node is a PID 1 in namespaces of its own, in a mount namespace that starts from the experiment's. */
export default defineStage({
  summary: 'Start the process nodes',
  needs: ['experiment', 'nodes', 'processNamespaces'],
  provides: ['processNodes'],
  plan({ facts: { experiment, nodes, processNamespaces } }) {
    const awake = nodes.filter(({ ghost }) => !ghost);
    const { stateDir, configDir, logDir, varDir } = experiment;
    const staging = effect.directory({ path: `${stateDir}/benito` });
    const ready = effect.directory({ path: `${stateDir}/ready` });
    // Inside every node the experiment's directory is /var/benito, wherever --var put it.
    const mountPoint =
      varDir === '/var/benito' ? [] : [effect.directory({ path: '/var/benito' }, { shared: true })];
    const base = effect.process(
      {
        name: 'base',
        label: 'the mount namespace of the process nodes',
        argv: [
          'unshare',
          '--mount',
          '--propagation',
          'unchanged',
          '--',
          'setsid',
          '--fork',
          fileBeside(import.meta.url, '_base.sh'),
          staging.spec.path,
          configDir,
          fileBeside(import.meta.url, '..'),
          logDir,
          `${ready.spec.path}/base`,
        ],
        creates: [`${ready.spec.path}/base`],
        ready: { file: `${ready.spec.path}/base` },
      },
      { after: [staging, ready, ...mountPoint, ...Object.values(processNamespaces)] },
    );
    const processes = awake.map(({ name, failureAction }) => {
      const readyFile = `${ready.spec.path}/node-${name}`;
      return effect.process(
        {
          name: `node-${name}`,
          label: `the node ${name}`,
          netns: processNamespaces[name]!,
          enter: base,
          argv: [
            'unshare',
            '--mount',
            '--uts',
            '--pid',
            '--propagation',
            'unchanged',
            '--',
            'setsid',
            '--fork',
            fileBeside(import.meta.url, '_init.sh'),
            name,
            readyFile,
          ],
          creates: [readyFile],
          ready: { file: readyFile },
        },
        { node: name, failure: failureAction },
      );
    });
    return {
      effects: [staging, ready, ...mountPoint, base, ...processes],
      facts: { processNodes: Object.fromEntries(awake.map(({ name }, index) => [name, processes[index]!])) },
    };
  },
});
