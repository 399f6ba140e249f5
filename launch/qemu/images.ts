import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, Effect, One, VNode } from 'benito-pipeline';

/** A guest image: the link to it, and the effect that puts it there. */
export interface GuestImage {
  readonly path: string;
  readonly effect: Effect<CommandSpec>;
}

declare module 'benito-pipeline' {
  interface Facts {
    /** Kernel and initrd (`boot`), and every image that a guest of this pnode asks for, by name, path or URL. */
    guestImages: One<Readonly<Record<string, GuestImage>>>;
  }
}

/** Made or fetched once for the host: making Debian's takes minutes where the network is slow. */
const SECONDS = 1800;

/** Images stay in the host's cache; what goes with the experiment is its links to them. */
export default defineStage({
  summary: 'Have kernel, initrd and images of the QEMU guests ready',
  needs: ['experiment', 'nodes', 'guestRoots'],
  provides: ['guestImages'],
  plan({ facts: { experiment, nodes, guestRoots } }) {
    const folder = effect.directory({ path: `${experiment.stateDir}/images` });
    const asked = new Map<string, VNode[]>([['boot', []]]);
    for (const node of nodes.filter(({ ghost }) => !ghost)) {
      const { image } = guestRoots[node.name]!;
      asked.set(image, [...(asked.get(image) ?? []), node]);
    }
    const images = [...asked].map(([image, users], index) => {
      const path = `${folder.spec.path}/${image.includes('/') ? `own-${index}` : image}`;
      const who = users.length > 0 ? ` for ${users.map(({ name }) => name).join(', ')}` : '';
      const spare = users.length > 0 && users.every(({ failureAction }) => failureAction === 'nonfatal');
      const provided = effect.command(
        {
          identity: `guest image ${path}`,
          label: `the guest image ${image}${who}`,
          observe: [fileBeside(import.meta.url, 'image/has'), image, path],
          make: [fileBeside(import.meta.url, 'image/provide'), image, path],
          unmake: ['rm', '-f', path],
          seconds: SECONDS,
        },
        { after: [folder], failure: spare ? 'nonfatal' : 'fatal', weight: 1 },
      );
      return [image, { path, effect: provided }] as const;
    });
    return {
      effects: [folder, ...images.map(([, image]) => image.effect)],
      facts: { guestImages: Object.fromEntries(images) },
    };
  },
});
