import type { ExperimentFact } from '../model/experiment.ts';

/** Where the experiment's own SSH key is, with `.pub` beside it; launch generates it. */
export function sshKeyPath({ stateDir }: ExperimentFact): string {
  return `${stateDir}/ssh/id_ed25519`;
}

/** A login as a node's root over the control net, with the experiment's key; a command line may be put behind it. */
export function sshLogin(experiment: ExperimentFact, address: string): readonly string[] {
  return [...ssh(experiment), address];
}

/** What hands the words behind it to a shell of the node's, without a terminal. */
export function sshCommand(experiment: ExperimentFact, address: string): readonly string[] {
  return [...ssh(experiment), '-T', address, '--'];
}

/** Without questions, and without the user's own settings. */
function ssh(experiment: ExperimentFact): readonly string[] {
  const options = {
    IdentityFile: sshKeyPath(experiment),
    IdentitiesOnly: 'yes',
    // A node's host key is as new as its disk: who could pose as it are nodes of its own control net.
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    BatchMode: 'yes',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    User: 'root',
  };
  return [
    'ssh',
    '-F',
    'none',
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}
