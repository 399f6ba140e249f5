import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { CommandSpec, DirectorySpec, Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What is of the guests and goes with the experiment: root's alone. */
    umlFolder: One<Effect<DirectorySpec>>;
    /** The link to the guests' root in the host's cache, and the effect that puts it there. */
    umlImage: One<{ readonly path: string; readonly effect: Effect<CommandSpec> }>;
  }
}

/** Made once for the host, and kept in its cache; what goes with the experiment is a link. */
export default defineStage({
  summary: 'Have the root of the User-Mode Linux guests ready',
  needs: ['experiment', 'nodes'],
  provides: ['umlFolder', 'umlImage'],
  plan({ facts: { experiment, nodes } }) {
    const folder = effect.directory({ path: `${experiment.stateDir}/uml`, mode: '0700' });
    const path = `${folder.spec.path}/image`;
    const image = effect.command(
      {
        identity: `uml image ${path}`,
        label: 'the root of the User-Mode Linux guests',
        observe: [fileBeside(import.meta.url, 'image/has'), path],
        make: [fileBeside(import.meta.url, 'image/provide'), path],
        unmake: ['rm', '-f', path],
        seconds: 1800,
      },
      { after: [folder], weight: 1 },
    );
    const wanted = nodes.some(({ ghost }) => !ghost);
    return {
      effects: wanted ? [folder, image] : [],
      facts: { umlFolder: folder, umlImage: { path, effect: image } },
    };
  },
});
