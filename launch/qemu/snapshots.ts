import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, Effect, One } from 'benito-pipeline';
import { shapeName, snapshotArgv } from './_machine.ts';
import type { Shape } from './_machine.ts';

/** What guests of one shape are restored from: the link to its folder, and the effect that puts it there. */
export interface Snapshot {
  readonly path: string;
  readonly effect: Effect<CommandSpec>;
}

declare module 'benito-pipeline' {
  interface Facts {
    /** By the name of the shape; empty where guests are to boot. */
    guestSnapshots: One<Readonly<Record<string, Snapshot>>>;
  }
}

/** One boot for all guests of a shape, on this host, ever: they start as copies of its memory. */
export default defineStage({
  summary: 'Take the snapshots that guests are started from',
  needs: ['experiment', 'settings', 'guestShapes', 'guestImages', 'guestFileSystems'],
  provides: ['guestSnapshots'],
  plan({ facts: { experiment, settings, guestShapes, guestImages, guestFileSystems } }) {
    const boot = guestImages.boot!;
    const shapes = new Map<string, Shape>();
    for (const [node, shape] of Object.entries(guestShapes)) {
      // A machine with shares is another one for each set of them.
      const restorable = settings.platforms.qemu!.snapshot === true && !guestFileSystems[node]?.shares.length;
      if (restorable) shapes.set(shapeName(shape), shape);
    }
    const snapshots = [...shapes].map(([name, shape]) => {
      const path = `${experiment.stateDir}/images/snapshot-${name}`;
      const about = [path, boot.path, ...snapshotArgv(shape, boot.path)];
      const taken = effect.command(
        {
          identity: `snapshot ${path}`,
          label: `the snapshot of a guest of ${name}`,
          observe: [fileBeside(import.meta.url, '_snapshot.sh'), 'has', ...about],
          make: [fileBeside(import.meta.url, '_snapshot.sh'), 'make', ...about],
          unmake: ['rm', '-f', path],
          seconds: 300,
        },
        { after: [boot.effect], weight: 1 },
      );
      return [name, { path, effect: taken }] as const;
    });
    return {
      effects: snapshots.map(([, one]) => one.effect),
      facts: { guestSnapshots: Object.fromEntries(snapshots) },
    };
  },
});
