import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, Effect, One } from 'benito-pipeline';
import { DISK_SIZE } from './_machine.ts';

declare module 'benito-pipeline' {
  interface Facts {
    /** The disk of each guest, by node. */
    guestDisks: One<
      Readonly<Record<string, { readonly path: string; readonly effect: Effect<CommandSpec> }>>
    >;
  }
}

/** A disk lasts as long as the experiment is up: through stop and start, and through a restart of the host. */
export default defineStage({
  summary: 'Make the disk of each guest: a copy-on-write overlay on its image',
  needs: ['experiment', 'nodes', 'guestRoots', 'guestImages'],
  provides: ['guestDisks'],
  plan({ facts: { experiment, nodes, guestRoots, guestImages } }) {
    const folder = effect.directory({ path: `${experiment.varDir}/disks`, mode: '0700' });
    const disks = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name, failureAction }) => {
        const image = guestImages[guestRoots[name]!.image]!;
        // Another image is another disk.
        const path = `${folder.spec.path}/${name}.${image.path.slice(image.path.lastIndexOf('/') + 1)}.qcow2`;
        const made = effect.command(
          {
            identity: `disk ${path}`,
            label: `the disk of ${name}`,
            observe: ['test', '-f', path],
            make: [fileBeside(import.meta.url, '_disk.sh'), image.path, path, String(DISK_SIZE)],
            unmake: ['rm', '-f', path, `${path}.new`],
          },
          { after: [folder, image.effect], node: name, failure: failureAction },
        );
        return [name, { path, effect: made }] as const;
      });
    return {
      effects: [folder, ...disks.map(([, disk]) => disk.effect)],
      facts: { guestDisks: Object.fromEntries(disks) },
    };
  },
});
