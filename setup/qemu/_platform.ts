import { definePlatform, sshCommand, sshLogin } from 'benito-pipeline';

/** Ctrl-] leaves a terminal; what comes through a pipe is sent as it is. */
const ATTACH = 'to=-; [ ! -t 0 ] || to=-,raw,echo=0,escape=0x1d; exec socat "$to" "UNIX-CONNECT:$1"';

/**
 * A vnode is a virtual machine: a kernel and a root file system of its own, the host's directories over 9P, an address on
 * the control net, and SSH.
 */
export default definePlatform({
  summary: 'QEMU virtual machine with a root file system of its own, SSH and a serial console',
  controlNet: true,
  hostFiles: '9p',
  interfaceLimit: {
    count: 7,
    message:
      'Requested a QEMU node with more than 7 experimental interfaces.  Qemu nodes can only support 7 experimental interfaces.',
  },
  requires: [
    { name: 'qemu-system-x86_64', package: 'qemu-system-x86', use: 'running guests' },
    { name: 'qemu-img', package: 'qemu-utils', use: "guests' disks" },
    { name: 'ssh', package: 'openssh-client', use: 'logging into guests' },
    { name: 'ssh-keygen', package: 'openssh-client', use: 'the key that opens guests' },
    { name: 'socat', package: 'socat', use: 'consoles of guests' },
  ],
  settings: {
    image: {
      type: 'string',
      default: 'mini',
      summary: 'The image of guests that name none: mini, debian, or the path or URL of one',
    },
    memory: {
      type: 'number',
      default: 0,
      min: 0,
      max: 1_048_576,
      summary: 'MiB a guest; 0: as the image needs',
    },
    accel: {
      type: ['auto', 'tcg', 'kvm'],
      default: 'auto',
      summary: 'auto: kvm where a guest was seen to boot with it on this host',
    },
    network: {
      type: ['vde', 'tap', 'fd'],
      default: 'vde',
      summary: "How interfaces get to their switch ports: QEMU's own VDE, TAPs, or file descriptors",
    },
    snapshot: {
      type: 'boolean',
      default: true,
      summary: 'Start guests from the memory of one that has just booted',
    },
    ready_seconds: {
      type: 'number',
      default: 180,
      min: 1,
      max: 86_400,
      summary: 'How long a guest may take to be ready',
    },
  },
  verbs: {
    exec: ({ control }, experiment) => ({ argv: sshCommand(experiment, control!.address), quoted: true }),
    ssh: ({ control }, experiment) => sshLogin(experiment, control!.address),
    console: ({ name }, experiment) => [
      'sh',
      '-c',
      ATTACH,
      'sh',
      `${experiment.stateDir}/guests/${name}/console`,
    ],
    stop: ({ control }, experiment) => ({
      argv: [...sshLogin(experiment, control!.address), 'sync; (sleep 1; poweroff) >/dev/null 2>&1 &'],
      seconds: 20,
    }),
    alive: ({ name }) => ({ kind: 'process', name: `guest-${name}` }),
  },
});
