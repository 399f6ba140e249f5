import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { UserError } from '../model/problem.ts';

export interface SandboxOptions {
  /** Folders that the command sees if they are there, beside the system's programs (/usr, /etc, /opt and the like). */
  readonly sees?: readonly string[];
  /** Its whole environment, beside PATH, HOME and LANG. Values without white space. */
  readonly env?: Readonly<Record<string, string>>;
  /** MiB of data that one process may have; default 1024. */
  readonly memory?: number;
  /** Seconds of CPU time that one process may take; default 60. */
  readonly cpuSeconds?: number;
}

/** Where a sandbox may put its root: one of these that holds nothing of what the command sees. */
const BASES = ['/mnt', '/media', '/srv', '/tmp', '/run'];
const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
const AS_USER = ['--user', '--map-root-user'];

let asRoot: boolean | undefined;

/**
 * What runs `argv` where it can change nothing: as nobody, without capabilities, in mount, network, PID, IPC and UTS
 * namespaces of its own, with no place to write to and no socket of the host in sight. Needs no root. To kill it, kill
 * the process that this argv is: all that it started goes with it.
 * @throws UserError where the kernel gives no namespaces.
 */
export function sandboxed(argv: readonly string[], options: SandboxOptions = {}): readonly string[] {
  const { sees = [], env = {}, memory = 1024, cpuSeconds = 60 } = options;
  const folders = [...new Set(sees.filter(existsSync).flatMap((folder) => [folder, realpathSync(folder)]))];
  const program = argv[0]!;
  const parent = program.startsWith('/') ? dirname(realpathSync(program)) : '/usr';
  const base = BASES.find(
    (one) => existsSync(one) && ![...folders, parent].some((folder) => `${folder}/`.startsWith(`${one}/`)),
  );
  if (!base) throw noPlace(folders);
  const variables = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/',
    LANG: 'C.UTF-8',
    ...env,
  };
  asRoot ??= works([]);
  return [
    'unshare',
    ...(asRoot ? [] : AS_USER),
    ...NAMESPACES,
    '--',
    join(packageRoot(), 'engine/host/sandbox.sh'),
    asRoot ? 'root' : 'user',
    base,
    folders.join('\n'),
    `--data=${memory * 1024 * 1024} --cpu=${cpuSeconds} --nproc=1024 --core=0 --fsize=0`,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    ...argv,
  ];
}

/** Root makes namespaces by itself; others, and root in a container, by way of a user namespace. */
function works(options: readonly string[]): boolean {
  const unshare = (more: readonly string[]): boolean =>
    spawnSync('unshare', [...more, ...NAMESPACES, '--', 'true'], { stdio: 'ignore' }).status === 0;
  if (process.getuid?.() === 0 && unshare(options)) return true;
  if (unshare(AS_USER)) return false;
  throw new UserError({
    code: 'no-sandbox',
    message:
      'this host gives no namespaces of its own to stages that are programs, and they run in nothing else',
    hint: 'run as root, or allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone',
  });
}

function noPlace(folders: readonly string[]): UserError {
  return new UserError({
    code: 'no-sandbox',
    message: `a sandbox needs one of ${BASES.join(', ')} to put its root, and stages are in all of them: ${folders.join(', ')}`,
    hint: 'move the stage folders elsewhere, /etc/benito say',
  });
}
