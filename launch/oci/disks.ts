import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What each container's root keeps its changes in, by node. */
    containerDisks: One<
      Readonly<Record<string, { readonly path: string; readonly effect: Effect<CommandSpec> }>>
    >;
  }
}

/** A disk lasts as long as the experiment is up: through stop and start, and through a restart of the host. */
export default defineStage({
  summary: "Make what keeps the changes to each container's root",
  needs: ['experiment', 'nodes', 'containerRoots', 'containerImages'],
  provides: ['containerDisks'],
  plan({ facts: { experiment, nodes, containerRoots, containerImages } }) {
    const folder = effect.directory({ path: `${experiment.varDir}/containers`, mode: '0700' });
    const disks = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name, failureAction }) => {
        const { rootfs, diskKib } = containerRoots[name]!;
        const image = containerImages[rootfs]!;
        // Another root, or another size, is another disk.
        const parts = [
          name,
          image.path.slice(image.path.lastIndexOf('/') + 1),
          ...(diskKib ? [`${diskKib}k`] : []),
        ];
        const path = `${folder.spec.path}/${parts.join('.')}`;
        const made = effect.command(
          {
            identity: `disk ${path}`,
            label: `the disk of ${name}`,
            observe: ['test', '-d', path],
            make: [
              ...[fileBeside(import.meta.url, '_disk.sh'), path, image.path],
              ...(diskKib ? [String(diskKib)] : []),
            ],
            unmake: ['rm', '-rf', path, `${path}.new`],
          },
          { after: [folder, image.effect], node: name, failure: failureAction },
        );
        return [name, { path, effect: made }] as const;
      });
    return {
      effects: [folder, ...disks.map(([, disk]) => disk.effect)],
      facts: { containerDisks: Object.fromEntries(disks) },
    };
  },
});
