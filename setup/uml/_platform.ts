import { definePlatform, fileBeside, sshCommand, sshLogin } from 'benito-pipeline';

/** Ctrl-] leaves a terminal; what comes through a pipe is sent as it is. */
const ATTACH = [
  'tail -n 1 -f "$1" & trap "kill $!" EXIT',
  'to=-; [ ! -t 0 ] || to=-,raw,echo=0,escape=0x1d',
  'socat -u "$to" "OPEN:$2,wronly"',
  '[ -t 0 ] || sleep 1',
].join('\n');

/**
 * A vnode is a Linux kernel that runs as an unprivileged process of the host (User-Mode Linux): it has a root of its own, and
 * sees the host's directories through hostfs.
 */
export default definePlatform({
  summary: 'User-Mode Linux guest: a kernel in an unprivileged process, with SSH and a console',
  controlNet: true,
  hostFiles: 'own',
  requires: [
    { name: 'linux.uml', package: 'user-mode-linux', use: "the guests' kernel" },
    { name: 'uml_mconsole', package: 'uml-utilities', use: 'stopping guests, and plugging interfaces in' },
    { name: 'vde_plug', package: 'vdeplug', use: "the kernel's ways to the switches" },
    { name: 'setpriv', package: 'util-linux', use: 'guests without privileges' },
    { name: 'mke2fs', package: 'e2fsprogs', use: "making the guests' root" },
    { name: 'debugfs', package: 'e2fsprogs', use: "making the guests' root" },
    { name: 'ssh', package: 'openssh-client', use: 'logging into guests' },
    { name: 'ssh-keygen', package: 'openssh-client', use: 'the key that opens guests' },
    { name: 'socat', package: 'socat', use: 'consoles of guests' },
    {
      name: 'User-Mode Linux',
      use: 'guests',
      probe: [fileBeside(import.meta.url, '_probe.sh')],
      mend: 'put another platform in its place: --as uml=process, or --as uml=qemu',
    },
  ],
  resources: { memory: [{ attribute: 'containers:uml_memory' }, { setting: 'memory' }], cores: 0.1 },
  settings: {
    memory: { type: 'number', default: 64, min: 32, max: 65_536, summary: 'MiB a guest' },
    ready_seconds: {
      type: 'number',
      default: 60,
      min: 1,
      max: 86_400,
      summary: 'How long a guest may take to be ready',
    },
  },
  verbs: {
    exec: ({ control }, experiment) => ({ argv: sshCommand(experiment, control!.address), quoted: true }),
    ssh: ({ control }, experiment) => sshLogin(experiment, control!.address),
    console: ({ name }, { stateDir, logDir }) => [
      ...['sh', '-c', ATTACH, 'sh'],
      ...[`${logDir}/${name}/console.log`, `${stateDir}/uml/guests/${name}/console`],
    ],
    stop: ({ name }, { project, name: experiment, stateDir }) => ({
      argv: [
        ...['nsenter', `--net=/run/netns/${project}.${experiment}.${name}`, '--'],
        ...['uml_mconsole', `${stateDir}/uml/guests/${name}/run/guest/mconsole`, 'cad'],
      ],
      seconds: 20,
    }),
    alive: ({ name }) => ({ kind: 'process', name: `uml-${name}` }),
  },
});
