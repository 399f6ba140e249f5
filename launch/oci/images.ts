import { defineStage, digest, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, Effect, One, VNode } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The link to each root file system that a container of this pnode asks for, by name or path, and what puts it there. */
    containerImages: One<
      Readonly<Record<string, { readonly path: string; readonly effect: Effect<CommandSpec> }>>
    >;
  }
}

/** Made or unpacked once for the host: making Debian's takes minutes where the network is slow. */
const SECONDS = 1800;

/** Roots stay in the host's cache; what goes with the experiment is its links to them. */
export default defineStage({
  summary: 'Have the root file systems of the containers ready',
  needs: ['experiment', 'nodes', 'containerRoots'],
  provides: ['containerImages'],
  plan({ facts: { experiment, nodes, containerRoots } }) {
    const folder = effect.directory({ path: `${experiment.stateDir}/roots` });
    const asked = new Map<string, VNode[]>();
    for (const node of nodes.filter(({ ghost }) => !ghost)) {
      const { rootfs } = containerRoots[node.name]!;
      asked.set(rootfs, [...(asked.get(rootfs) ?? []), node]);
    }
    const images = [...asked].map(([rootfs, users]) => {
      const path = `${folder.spec.path}/${rootfs.includes('/') ? `own-${digest(rootfs).slice(0, 8)}` : rootfs}`;
      const some = users
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ');
      const who = users.length > 5 ? `${some} and ${users.length - 5} more` : some;
      const provided = effect.command(
        {
          identity: `container root ${path}`,
          label: `the root file system ${rootfs} for ${who}`,
          observe: [fileBeside(import.meta.url, 'image/has'), rootfs, path],
          make: [fileBeside(import.meta.url, 'image/provide'), rootfs, path],
          unmake: ['rm', '-f', path],
          seconds: SECONDS,
        },
        {
          after: [folder],
          failure: users.every(({ failureAction }) => failureAction === 'nonfatal') ? 'nonfatal' : 'fatal',
          weight: 1,
        },
      );
      return [rootfs, { path, effect: provided }] as const;
    });
    return {
      effects: [folder, ...images.map(([, image]) => image.effect)],
      facts: { containerImages: Object.fromEntries(images) },
    };
  },
});
