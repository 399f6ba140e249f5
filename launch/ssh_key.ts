import { defineStage, effect, skip, sshKeyPath } from 'benito-pipeline';
import type { CommandSpec, Effect, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The experiment's SSH key: the path of its private half (`.pub` beside it), and the effect that makes it. */
    sshKey: One<{ readonly path: string; readonly effect: Effect<CommandSpec> }>;
  }
}

/** Root of this host gets into the nodes with it. Generated here and gone with the experiment: no plan holds it. */
export default defineStage({
  summary: 'Generate the SSH key that opens the nodes on the control net',
  needs: ['experiment', 'nodes'],
  provides: ['sshKey'],
  plan({ facts: { experiment, nodes } }) {
    if (!nodes.some(({ control }) => control)) return skip('no node is on the control net');
    const path = sshKeyPath(experiment);
    const folder = effect.directory({ path: path.slice(0, path.lastIndexOf('/')), mode: '0700' });
    const key = effect.command(
      {
        identity: `SSH key of ${experiment.project}/${experiment.name}`,
        label: "the experiment's SSH key",
        observe: ['test', '-s', `${path}.pub`],
        make: [
          'ssh-keygen',
          '-q',
          '-t',
          'ed25519',
          '-N',
          '',
          '-C',
          `${experiment.project}/${experiment.name}`,
          '-f',
          path,
        ],
        unmake: ['rm', '-f', path, `${path}.pub`],
      },
      { after: [folder] },
    );
    return { effects: [folder, key], facts: { sshKey: { path, effect: key } } };
  },
});
