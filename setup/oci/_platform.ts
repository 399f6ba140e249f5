import { definePlatform, fileBeside, sshLogin } from 'benito-pipeline';
import type { ExperimentFact, VNode } from 'benito-pipeline';

/** bash where the root has it. */
const SHELL = ['sh', '-c', 'command -v bash >/dev/null && exec bash -l; exec sh -l'];
/** What the node has written to its console, then a root shell on it: `exit` leaves it. */
const CONSOLE = 'log=$1; shift; [ ! -s "$log" ] || tail -n 20 "$log"; exec "$@"';

/**
 * A vnode is an OS container: the host's kernel, a root file system of its own, namespaces, limits, an address on the
 * control net, and SSH. An OCI runtime (crun) makes it; no daemon is needed.
 */
export default definePlatform({
  summary: 'OS container with a root file system of its own, limits and SSH, made by an OCI runtime',
  aliases: ['openvz'],
  controlNet: true,
  hostFiles: 'shared',
  lacks: ['hostFiles'],
  sharesPnode: 'own',
  packingPass: 0,
  resources: { memory: 16, cores: 0.02 },
  requires: [
    { name: 'crun', package: 'crun', use: 'making containers' },
    { name: 'catatonit', package: 'catatonit', use: 'the first process of each container' },
    { name: 'mke2fs', package: 'e2fsprogs', use: 'disks of a limited size' },
    { name: 'unshare', package: 'util-linux', use: 'mounts that go with their container' },
    { name: 'vde_plug2tap', package: 'vde2', use: 'plugging interfaces into switches' },
    { name: 'ssh', package: 'openssh-client', use: 'logging into containers' },
    { name: 'ssh-keygen', package: 'openssh-client', use: 'the key that opens containers' },
  ],
  settings: {
    rootfs: {
      type: 'string',
      default: 'debian',
      summary: 'The root of nodes that name none: debian, or the path of a directory or tarball',
    },
    memory: {
      type: 'number',
      default: 512,
      min: 0,
      max: 16_777_216,
      summary: 'MiB that a node may use; 0: no limit',
    },
    cpus: {
      type: 'number',
      default: 0,
      min: 0,
      max: 4096,
      summary: 'Cores that a node may keep busy; 0: no limit',
    },
    pids: {
      type: 'number',
      default: 1024,
      min: 0,
      max: 4_194_304,
      summary: 'Processes and threads that a node may have; 0: no limit',
    },
    template_dirs: {
      type: 'string',
      default: '/var/lib/vz/template/cache',
      summary:
        'Where the tarballs of containers:openvz_template are looked for: directories, with : between them',
    },
    missing_template: {
      type: ['error', 'default'],
      default: 'error',
      summary: 'A template that is in none of them: an error, or the default root in its place',
    },
    ready_seconds: {
      type: 'number',
      default: 60,
      min: 1,
      max: 86_400,
      summary: 'How long a node may take to be ready',
    },
  },
  verbs: {
    exec: (node, experiment) => ({ argv: entry(node, experiment) }),
    shell: () => SHELL,
    ssh: ({ control }, experiment) => sshLogin(experiment, control!.address),
    console: (node, experiment) => [
      ...['sh', '-c', CONSOLE, 'sh', `${experiment.logDir}/${node.name}/console.log`],
      ...[...entry(node, experiment), ...SHELL],
    ],
    stop: (node, experiment) => ({
      argv: [...entry(node, experiment), 'sh', '/run/benito/stop'],
      seconds: 10,
    }),
    alive: ({ name }) => ({ kind: 'process', name: `container-${name}` }),
  },
});

function entry({ name }: VNode, { stateDir }: ExperimentFact): readonly string[] {
  return [fileBeside(import.meta.url, '../../launch/oci/_exec.sh'), `${stateDir}/containers/${name}`];
}
