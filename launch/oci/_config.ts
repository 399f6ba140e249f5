/** A bind mount, or a file system of the container's own. */
export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface ContainerSpec {
  readonly hostname: string;
  /** The path of its root, which is mounted before it starts. */
  readonly root: string;
  /** Beside those that every container has. */
  readonly mounts: readonly Mount[];
}

/**
 * What root in a container may: be root in its own file system, and do what it likes with its own network. What would
 * reach beyond (mounts, devices, modules, the clock, other processes' memory, sysctls of the host) is not there.
 */
const CAPABILITIES = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_ADMIN',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** System calls that lead to more of the kernel than a container needs: user namespaces above all, with all rights in them. */
const REFUSED = [
  ...['add_key', 'keyctl', 'request_key'],
  ...['bpf', 'perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'],
  ...['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load'],
  ...['mount', 'umount2', 'move_mount', 'open_tree', 'fsopen', 'fsmount', 'mount_setattr', 'pivot_root'],
  ...['name_to_handle_at', 'open_by_handle_at'],
  ...['setns', 'unshare'],
  ...['acct', 'quotactl', 'swapon', 'swapoff', 'syslog', 'settimeofday', 'clock_settime', 'adjtimex'],
];
/** EPERM, and, for a call that programs try before an older one, ENOSYS. */
const [EPERM, ENOSYS] = [1, 38];
/** CLONE_NEW*: bits of clone's first argument. */
const NEW_NAMESPACES = 0x7e020000;

/** Of the host's kernel, and not to be changed, or seen, from a container. Its own network's settings are. */
const READ_ONLY = [
  ...['bus', 'fs', 'irq', 'sysrq-trigger'].map((name) => `/proc/${name}`),
  ...['abi', 'crypto', 'debug', 'dev', 'fs', 'kernel', 'sunrpc', 'user', 'vm', 'xen'].map(
    (name) => `/proc/sys/${name}`,
  ),
];
const MASKED = [
  ...[
    'acpi',
    'asound',
    'kcore',
    'keys',
    'latency_stats',
    'sched_debug',
    'scsi',
    'timer_list',
    'timer_stats',
  ].map((name) => `/proc/${name}`),
  ...['/sys/firmware', '/sys/kernel/debug', '/sys/kernel/tracing', '/sys/fs/cgroup'],
];

const OWN_MOUNTS: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  ownFiles('/dev', ['nosuid', 'strictatime', 'mode=755', 'size=64k']),
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  ownFiles('/dev/shm', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=64m']),
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  ownFiles('/run', ['nosuid', 'nodev', 'mode=755', 'size=64m']),
];

function ownFiles(destination: string, options: readonly string[]): Mount {
  return { destination, type: 'tmpfs', source: 'tmpfs', options };
}

/** A directory or file of the host: to be read, with `rro` down to what is mounted below it (directories only), or written. */
export function bind(source: string, destination: string, access: 'ro' | 'rro' | 'rw' = 'ro'): Mount {
  return { destination, type: 'bind', source, options: ['rbind', access, 'nosuid', 'nodev'] };
}

/** The container's config.json, as the OCI runtime specification has it. Its network namespace is the caller's. */
export function containerConfig({ hostname, root, mounts }: ContainerSpec): unknown {
  return {
    ociVersion: '1.0.0',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['/bin/sh', '/run/benito/init'],
      env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HOME=/root',
        'container=oci',
      ],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: false,
    },
    root: { path: root, readonly: false },
    hostname,
    mounts: [...OWN_MOUNTS, ...mounts],
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      devices: [{ path: '/dev/net/tun', type: 'c', major: 10, minor: 200, fileMode: 0o666, uid: 0, gid: 0 }],
      maskedPaths: MASKED,
      readonlyPaths: READ_ONLY,
      seccomp: {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        syscalls: [
          { names: REFUSED, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
          { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
          ...namespaceBits().map((bit) => ({
            names: ['clone'],
            action: 'SCMP_ACT_ERRNO',
            errnoRet: EPERM,
            args: [{ index: 0, value: bit, valueTwo: bit, op: 'SCMP_CMP_MASKED_EQ' }],
          })),
        ],
      },
    },
  };
}

function namespaceBits(): readonly number[] {
  return Array.from({ length: 31 }, (_, bit) => 2 ** bit).filter((bit) => (NEW_NAMESPACES & bit) !== 0);
}
