/** SSH to a guest as its root: without questions, and without the user's own settings. */
export function sshArgv(key: string, address: string): readonly string[] {
  const options = {
    IdentityFile: key,
    IdentitiesOnly: 'yes',
    // Its host key is as new as its disk: who could pose as it are nodes of its own control net.
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    BatchMode: 'yes',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    User: 'root',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['ssh', '-F', 'none', ...words, '-T', address, '--'];
}
