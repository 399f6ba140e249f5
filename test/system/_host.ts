import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findCgroup2, limitingMounts, removed } from './_cgroups.ts';

/** The clone that is tested. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How a command ended. */
export interface Ended {
  /** 128 + N where signal N ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command at work. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  stdout(): string;
  /** A signal, SIGKILL unless said, for the program alone, or for its whole process group; `start` it with `setsid` for that. */
  kill(whom: 'program' | 'group', by?: NodeJS.Signals): Promise<void>;
  /** Ends its standard input. */
  endInput(): void;
  say(text: string): void;
}

/**
 * A host that is thrown away: namespaces of its own of every kind that matters, over an overlay of this machine's
 * files, so that tests neither disturb others nor are disturbed, and everything that is left behind can be seen.
 */
export interface Host {
  start(argv: readonly string[], options?: RunOptions): Running;
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  /** The output of a command. @throws where it fails. */
  must(argv: readonly string[], options?: RunOptions): Promise<string>;
  /** The product's command line. */
  cli(...args: readonly string[]): Promise<Ended>;
  /** The same, with exit code 0 or an error that shows everything. */
  ok(...args: readonly string[]): Promise<Ended>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Remembers what there is, by a script that shares no code with the engine. */
  snapshot(): Promise<Snapshot>;
  /** What differs from then, a line each; waited for a while where it is processes on their way out. */
  residue(since: Snapshot): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Snapshot {
  readonly file: string;
}

/** Where guest images are kept. Throw-away hosts have a cache of their own, unless they share this machine's. */
export const IMAGE_CACHE = '/var/cache/benito-pipeline';
const PACKAGE_LISTS = '/var/lib/apt';

const CLI = join(ROOT, 'engine/cli/benito-pipeline.js');
const SCAN = join(ROOT, 'test/system/residue-scan.py');
/** A pyenv's shim costs more than the scan. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
/** All of the file system: every change lies in `.changes`, or in one of those that are in memory. */
const SCANNED = ['/.changes', '/run', '/tmp', '/var'];
const NOT_SCANNED = ['/tmp/scan', IMAGE_CACHE];
const PATIENCE_MS = 5_000;

/**
 * Makes a throw-away host. Close it.
 * @param network `shared`: this machine's own network, so that limits of the whole kernel can be seen and changed.
 * @param images `shared`: this machine's own cache of guest images, so that they are made once for all tests.
 * @param packages `shared`: this machine's own lists of Debian packages; none otherwise.
 */
export async function throwAwayHost({
  network = 'own',
  images = 'own',
  packages = 'own',
}: {
  network?: 'own' | 'shared';
  images?: 'own' | 'shared';
  packages?: 'own' | 'shared';
} = {}): Promise<Host> {
  if (process.getuid?.() !== 0) throw new Error('the system tests need root');
  const cgroup2 = findCgroup2();
  const name = `benito-test-${process.pid}-${(count += 1)}`;
  const cgroup = join(cgroup2, name);
  const cgroups = [cgroup, ...limitingMounts().map((mount) => join(mount, name))];
  for (const one of cgroups) mkdirSync(one);
  const born = `${cgroups.map((one) => `echo 0 >${one}/cgroup.procs`).join(' && ')} && exec "$@"`;
  const restoreLimits = network === 'own' ? raiseLimits() : () => undefined;
  const net = network === 'own' ? ['--net'] : [];
  const namespaces = ['--mount', ...net, '--pid', '--uts', '--ipc', '--cgroup'];
  const unshare = [...namespaces, '--propagation', 'unchanged', '--fork', '--kill-child'];
  if (images === 'shared') mkdirSync(IMAGE_CACHE, { recursive: true });
  const shared = [
    ...(images === 'shared' ? [IMAGE_CACHE] : []),
    ...(packages === 'shared' ? [PACKAGE_LISTS] : []),
  ];
  const script = [join(ROOT, 'test/system/throw-away-host.sh'), ROOT, cgroup2, ...shared];
  const init = running(['sh', '-c', born, 'sh', 'unshare', ...unshare, 'sh', ...script], {});
  await until(async () => init.stdout().includes('ready'), 'the throw-away host does not come up', init);

  const first = firstOf(cgroup);
  const enter = ['nsenter', `--target=${first}`, ...namespaces, '--root', '--wd', '--'];
  const start: Host['start'] = (argv, options = {}) =>
    running(['sh', '-c', born, 'sh', ...enter, ...argv], options);
  const run: Host['run'] = (argv, options) => start(argv, options).ended;
  const must: Host['must'] = async (argv, options) => {
    const ended = await run(argv, options);
    if (ended.code !== 0) throw failed(argv, ended);
    return ended.stdout;
  };
  const cli: Host['cli'] = (...args) => run(commandOf(args));
  const read: Host['read'] = (path) => must(['cat', path]);
  let snapshots = 0;
  const snapshot: Host['snapshot'] = async () => {
    const file = `/tmp/scan/${(snapshots += 1)}.json`;
    const roots = SCANNED.flatMap((path) => ['--root', path]);
    const excluded = NOT_SCANNED.flatMap((path) => ['--exclude', path]);
    const taken = ['snapshot', ...roots, ...excluded].map((word) => `'${word}'`).join(' ');
    await must(['sh', '-c', `mkdir -p /tmp/scan && ${PYTHON} -B ${SCAN} ${taken} >${file}`]);
    return { file };
  };
  await snapshot(); // python's own traces come first
  return {
    start,
    run,
    must,
    cli,
    read,
    snapshot,
    async ok(...args) {
      const ended = await cli(...args);
      if (ended.code !== 0) throw failed(['benito-pipeline', ...args], ended);
      return ended;
    },
    async write(path, text) {
      await must(['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat >"$1"', 'sh', path], { input: text });
    },
    async residue(since) {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
        const now = await snapshot();
        const { code, stdout, stderr } = await run([PYTHON, '-B', SCAN, 'diff', since.file, now.file]);
        if (code === 0) return [];
        if (code !== 1) throw new Error(`the scan failed: ${stderr}`);
        const lines = stdout
          .split('\n')
          .filter((line) => line !== '' && !(network === 'shared' && line.startsWith('sockets: ')));
        if (lines.length === 0) return [];
        if (Date.now() > deadline || !lines.every(isPassing)) return lines;
      }
    },
    async close() {
      init.endInput();
      await init.ended;
      for (const deadline = Date.now() + PATIENCE_MS; !removed(cgroup); await sleep(20)) {
        writeFileSync(join(cgroup, 'cgroup.kill'), '1');
        if (Date.now() > deadline) throw new Error(`${cgroup} does not go away`);
      }
      for (const one of cgroups) await until(async () => removed(one), `${one} does not go away`);
      restoreLimits();
    },
  };
}

let count = 0;

/**
 * The kernel counts the neighbours of all network namespaces together, and shows the limit in its own only: a
 * throw-away host could not raise it.
 * @returns puts it back, unless somebody else has changed it since.
 */
function raiseLimits(): () => void {
  const raised = ['gc_thresh2', 'gc_thresh3'].flatMap((name) => {
    const path = `/proc/sys/net/ipv4/neigh/default/${name}`;
    if (!existsSync(path)) return []; // this is a container itself
    const before = readFileSync(path, 'utf8').trim();
    if (Number(before) >= NEIGHBOURS) return [];
    writeFileSync(path, String(NEIGHBOURS));
    return [{ path, before }];
  });
  return () => {
    for (const { path, before } of raised) {
      if (Number(readFileSync(path, 'utf8')) === NEIGHBOURS) writeFileSync(path, before);
    }
  };
}

const NEIGHBOURS = 1 << 17;

/** The words of the product's command line, for `start`. */
export function commandOf(args: readonly string[]): readonly string[] {
  return [process.execPath, CLI, ...args];
}

/** Polls until `condition` holds. */
export async function until(
  condition: () => Promise<boolean>,
  otherwise: string,
  watched?: Running,
  patienceMs = 30_000,
): Promise<void> {
  let ended: Ended | undefined;
  void watched?.ended.then((end) => (ended = end));
  for (const deadline = Date.now() + patienceMs; !(await condition()); await sleep(20)) {
    if (ended) throw new Error(`${otherwise}: ${ended.stderr}`);
    if (Date.now() > deadline) throw new Error(otherwise);
  }
}

/** An error that shows how a command ended. */
export function failed(argv: readonly string[], { code, stdout, stderr }: Ended): Error {
  return new Error(`${argv.join(' ')} ended with ${code}\n${stderr}\n${stdout.slice(-4000)}`);
}

function running(argv: readonly string[], { input, env }: RunOptions): Running {
  const child = spawn(argv[0]!, argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/root', LANG: 'C.UTF-8', NO_COLOR: '1', ...env },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ code: status ?? (signal ? 137 : -1), stdout: text(out), stderr: text(err) });
    });
    child.on('exit', () => {
      const held = new Error(
        `${argv.join(' ')} has ended, and something that it left behind holds its output open`,
      );
      setTimeout(() => reject(held), PATIENCE_MS).unref();
    });
  });
  ended.catch(() => undefined); // told to whoever awaits it
  return {
    ended,
    stdout: () => text(out),
    async kill(whom, by = 'SIGKILL') {
      for (;;) {
        // nsenter waits for the program, which is its child: in a PID namespace one has to be born.
        const [program] = childrenOf(child.pid!);
        if (program !== undefined) return signal(whom === 'group' ? -program : program, by);
        if (child.exitCode !== null || child.signalCode !== null) return;
        await sleep(1);
      }
    },
    endInput: () => child.stdin.end(),
    say: (line) => child.stdin.write(line),
  };
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it had just ended
  }
}

/** The host's first process: the child of `unshare`, which came first into the cgroup. */
function firstOf(cgroup: string): number {
  const pids = readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
  const first = pids.find((pid) => /\nNSpid:\t\d+\t1\n/.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
  if (first === undefined) throw new Error('the throw-away host has no first process');
  return Number(first);
}

/** A process that is about to be reaped, and the namespaces it takes along. */
function isPassing(line: string): boolean {
  return line.startsWith('processes: new: ') || line.startsWith('namespaces: new: ');
}
