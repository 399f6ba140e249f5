import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { Effect, One, ProcessSpec } from 'benito-pipeline';
import { bind, containerConfig } from './_config.ts';

declare module 'benito-pipeline' {
  interface Facts {
    /** The first process of every container, by node. */
    containers: One<Readonly<Record<string, Effect<ProcessSpec>>>>;
  }
}

/** Each container is what crun makes of a config.json, in a cgroup of ours; it is there when its first process says so. */
export default defineStage({
  summary: 'Start the containers',
  needs: [
    'experiment',
    'settings',
    'nodes',
    'sshKey',
    'containerRoots',
    'containerMounts',
    'containerNamespaces',
    'containerDisks',
    'containerLimits',
  ],
  provides: ['containers'],
  plan({ facts }) {
    const { experiment, settings, nodes, sshKey, containerNamespaces, containerDisks, containerLimits } =
      facts;
    const { stateDir, configDir, logDir } = experiment;
    const seconds = Number(settings.platforms.oci!.ready_seconds);
    const folder = effect.directory({ path: `${stateDir}/containers`, mode: '0700' });
    const beside = (name: string): string => fileBeside(import.meta.url, name);
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name: node, failureAction }) => {
        const options = { node, failure: failureAction } as const;
        const disk = containerDisks[node]!;
        const limits = containerLimits[node]!;
        const own = effect.directory(
          { path: `${folder.spec.path}/${node}` },
          { after: [folder], ...options },
        );
        const places = ['root', 'disk'].map((name) =>
          effect.directory({ path: `${own.spec.path}/${name}` }, { after: [own], ...options }),
        );
        const config = containerConfig({
          hostname: node,
          root: `${own.spec.path}/root`,
          mounts: [
            bind(beside('_init.sh'), '/run/benito/init'),
            bind(beside('_stop.sh'), '/run/benito/stop'),
            bind('/usr/bin/catatonit', '/run/benito/catatonit'),
            bind(`${sshKey.path}.pub`, '/run/benito/key'),
            bind(configDir, '/var/benito/config'),
            bind(beside('..'), '/var/benito/launch'),
            bind(`${configDir}/hosts`, '/etc/hosts'),
            ...facts.containerMounts.map(({ path, directory, access }) =>
              bind(directory, path, access === 'ro' ? 'rro' : access),
            ),
          ],
        });
        const files = Object.entries({
          'config.json': `${JSON.stringify(config, null, 1)}\n`,
          limits: limits.cgroups.map((cgroup) => `${cgroup}\n`).join(''),
          limits2: limits.own,
        }).map(([name, content]) =>
          effect.file({ path: `${own.spec.path}/${name}`, content }, { after: [own], ...options }),
        );
        const container = effect.process(
          {
            name: `container-${node}`,
            label: `the container ${node}`,
            netns: containerNamespaces[node]!,
            argv: [
              ...['unshare', '--mount', '--propagation', 'private', '--'],
              ...[beside('_start.sh'), own.spec.path, disk.path, `${logDir}/${node}/console.log`],
            ],
            creates: [`${own.spec.path}/crun`],
            ready: { seconds },
          },
          {
            ...options,
            after: [...places, ...limits.effects],
            // What it was started with is what it goes on with.
            diesWith: [...files, sshKey.effect, disk.effect],
          },
        );
        return { node, container, effects: [own, ...places, ...files, container] };
      });
    return {
      effects: [folder, ...byNode.flatMap(({ effects }) => effects)],
      facts: { containers: Object.fromEntries(byNode.map(({ node, container }) => [node, container])) },
    };
  },
});
