import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../config/package-root.ts';
import { UserError } from '../model/problem.ts';
import { findCgroup2, limitingMounts, removed } from './cgroups.ts';
import { failed, running, until } from './running.ts';
import type { Ended, RunOptions, Running } from './running.ts';

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
  /** What differs from then, a line each. */
  differences(since: Snapshot): Promise<readonly string[]>;
  /** The same, waited for a while where it is processes on their way out. */
  residue(since: Snapshot): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Snapshot {
  readonly file: string;
}

/** Where guest images are kept. Throw-away hosts have a cache of their own, unless they share this machine's. */
export const IMAGE_CACHE = '/var/cache/benito-pipeline';
const PACKAGE_LISTS = '/var/lib/apt';

/** A folder of a throw-away host that the scan leaves out: for what is put there to judge by. */
export const UNSCANNED = '/tmp/scan';

const beside = (name: string): string => join(packageRoot(), 'engine/conformance', name);
const CLI = join(packageRoot(), 'engine/cli/benito-pipeline.js');
/** A pyenv's shim costs more than the scan. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
/** All of the file system: every change lies in `.changes`, or in one of those that are in memory. */
const SCANNED = ['/.changes', '/run', '/tmp', '/var'];
const NOT_SCANNED = [UNSCANNED, IMAGE_CACHE];
const PATIENCE_MS = 5_000;

/**
 * Makes a throw-away host. Close it.
 * @param network `shared`: this machine's own network, so that limits of the whole kernel can be seen and changed.
 * @param images `shared`: this machine's own cache of guest images, so that they are made once for all tests.
 * @param packages `shared`: this machine's own lists of Debian packages; none otherwise.
 * @param scan `strict`: what programs write that have nothing to do with an experiment counts too.
 * @param folders further folders of this machine that are at the same place there, to be read.
 * @throws UserError for everyone but root.
 */
export async function throwAwayHost({
  network = 'own',
  images = 'own',
  packages = 'own',
  scan = 'usual',
  folders = [],
}: {
  network?: 'own' | 'shared';
  images?: 'own' | 'shared';
  packages?: 'own' | 'shared';
  scan?: 'usual' | 'strict';
  folders?: readonly string[];
} = {}): Promise<Host> {
  if (process.getuid?.() !== 0) throw needsRoot();
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
    ...folders.map((folder) => `${folder}:ro`),
  ];
  const script = [beside('throw-away-host.sh'), packageRoot(), cgroup2, ...shared];
  const init = running(['sh', '-c', born, 'sh', 'unshare', ...unshare, 'sh', ...script], {});
  const close: Host['close'] = async () => {
    init.endInput();
    await init.ended;
    for (const deadline = Date.now() + PATIENCE_MS; !removed(cgroup); await sleep(20)) {
      writeFileSync(join(cgroup, 'cgroup.kill'), '1');
      if (Date.now() > deadline) throw new Error(`${cgroup} does not go away`);
    }
    for (const one of cgroups) await until(async () => removed(one), `${one} does not go away`);
    restoreLimits();
  };
  try {
    await until(async () => init.stdout().includes('ready'), 'the throw-away host does not come up', init);
  } catch (error) {
    writeFileSync(join(cgroup, 'cgroup.kill'), '1');
    await close().catch(() => undefined);
    throw error;
  }

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
    const file = `${UNSCANNED}/${(snapshots += 1)}.json`;
    const roots = SCANNED.flatMap((path) => ['--root', path]);
    const excluded = NOT_SCANNED.flatMap((path) => ['--exclude', path]);
    const strict = scan === 'strict' ? ['--strict'] : [];
    const taken = ['snapshot', ...roots, ...excluded, ...strict].map((word) => `'${word}'`).join(' ');
    await must([
      'sh',
      '-c',
      `mkdir -p ${UNSCANNED} && ${PYTHON} -B ${beside('residue-scan.py')} ${taken} >${file}`,
    ]);
    return { file };
  };
  const differences: Host['differences'] = async (since) => {
    const now = await snapshot();
    const diff = [PYTHON, '-B', beside('residue-scan.py'), 'diff', since.file, now.file];
    const { code, stdout, stderr } = await run(diff);
    if (code > 1) throw new Error(`the scan failed: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '' && !(network === 'shared' && line.startsWith('sockets: ')));
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
    differences,
    async residue(since) {
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
        const lines = await differences(since);
        if (lines.length === 0 || Date.now() > deadline || !lines.every(isPassing)) return lines;
      }
    },
    close,
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

function needsRoot(): UserError {
  return new UserError({
    code: 'need-root',
    message: 'throw-away hosts are made of namespaces: only root may make them',
    hint: 'put sudo before it',
  });
}
