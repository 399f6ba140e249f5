import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_VAR_DIR, RUN_DIR, journalDir } from '../config/experiment.ts';
import { openJournal } from '../journal/journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { EffectKinds } from '../plan/kind.ts';
import { bootId } from './boot-id.ts';
import { destroyCgroups, experimentCgroup, makeCgroup, removeEmptyParent } from './cgroup.ts';
import { hostContext } from './context.ts';
import type { HostContext } from './context.ts';
import { effectKinds } from './kinds.ts';
import { makeDirectories } from './make-directories.ts';
import { takeLock } from './lock.ts';
import { changeRegistry, readRegistry, removeEmpty } from './registry.ts';
import type { Registry } from './registry.ts';
import { withSharing } from './sharing.ts';

/** One experiment on this host, locked for this process, with what an earlier run left half done cleared up. */
export interface Session {
  /** The host did not know the experiment before. */
  readonly isNew: boolean;
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  /** Runs commands among the run's helpers. */
  readonly run: HostContext['run'];
  /**
   * The experiment is gone: its cgroup, its state directory and its place in the registry go too.
   * @param options.purge the journal and the logs as well, and the var directory if nothing else is in it.
   * @returns the cgroups that are still populated.
   */
  forget(options?: { readonly purge?: boolean }): Promise<readonly string[]>;
  /** Ends the run and gives the lock back. */
  close(ok: boolean): Promise<void>;
}

/**
 * Locks an experiment, enters it in the host's registry, and ends the helpers of a run that was killed. Leaves nothing
 * behind where it fails.
 * @throws UserError who holds it, that it has another var directory or another experiment has this one, or that the
 * var directory is of no use.
 */
export async function openSession(
  experiment: ExperimentFact,
  command: string,
  options: { planHash?: string; register?: boolean; tell?: (text: string) => void } = {},
): Promise<Session> {
  const full = `${experiment.project}/${experiment.name}`;
  const holder = `process ${process.pid} (benito-pipeline ${command})`;
  const lock = takeLock(join(RUN_DIR, `${experiment.id}.lock`), holder, 0);
  if ('heldBy' in lock) {
    throw new UserError({
      code: 'experiment-busy',
      message: `${full} is being worked on by ${lock.heldBy}`,
      hint: 'wait until it has ended',
    });
  }
  try {
    const isNew = await enter(experiment, options.register !== false);
    try {
      return { isNew, ...(await start(experiment, command, lock.release, options)) };
    } catch (error) {
      // The first error is the one to tell.
      if (isNew) await leave(experiment).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    lock.release();
    removeEmpty(RUN_DIR);
    throw error;
  }
}

async function start(
  experiment: ExperimentFact,
  command: string,
  release: () => void,
  { planHash, tell }: { planHash?: string; tell?: (text: string) => void },
): Promise<Omit<Session, 'isNew'>> {
  const run = randomBytes(4).toString('hex');
  const cgroup = experimentCgroup(experiment.id);
  const work = join(cgroup, `work.${run}`);
  await endEarlierHelpers(cgroup);
  makeCgroup(work);
  makeDirectories(experiment.stateDir);
  const journal = openVarDir(experiment);
  const { id, project, name } = experiment;
  journal.append([
    {
      type: 'begin',
      run,
      time: new Date().toISOString(),
      boot: bootId(),
      pid: process.pid,
      command,
      experiment: { id, project, name },
      ...(planHash !== undefined && { planHash }),
    },
  ]);
  const context = hostContext(experiment, work, tell);
  return {
    journal,
    kinds: withSharing(effectKinds(context), experiment.id),
    run: context.run,

    forget: ({ purge = false } = {}) => leave(experiment, purge),

    async close(ok) {
      await destroyCgroups([work]);
      if (existsSync(journalDir(experiment.varDir))) {
        journal.append([{ type: 'end', run, time: new Date().toISOString(), ok }]);
      }
      journal.close();
      release();
      removeEmpty(RUN_DIR);
    },
  };
}

/** Helpers of a run that was killed must not outlive it; the vnodes and daemons do. */
async function endEarlierHelpers(cgroup: string): Promise<void> {
  if (!existsSync(cgroup)) return;
  const earlier = readdirSync(cgroup).filter((name) => name.startsWith('work.'));
  const left = await destroyCgroups(earlier.map((name) => join(cgroup, name)));
  if (left.length === 0) return;
  throw new UserError({
    code: 'helpers-do-not-die',
    message: `helpers of an earlier run do not die (${left.join(', ')})`,
    hint: 'see what they wait for: ps -eo pid,stat,wchan,args',
  });
}

/** @returns whether the host did not know the experiment before. */
async function enter(experiment: ExperimentFact, register: boolean): Promise<boolean> {
  const { id, project, name, varDir } = experiment;
  if (!register) {
    const registry = readRegistry();
    refuseMixUp(experiment, registry);
    return registry.experiments[id] === undefined;
  }
  return changeRegistry(`${project}/${name} (entering)`, (registry): readonly [Registry, boolean] => {
    refuseMixUp(experiment, registry);
    const isNew = registry.experiments[id] === undefined;
    return [
      { ...registry, experiments: { ...registry.experiments, [id]: { project, name, varDir } } },
      isNew,
    ];
  });
}

/** A journal that is another experiment's would be undone, or its own be overlooked. */
function refuseMixUp({ id, project, name, varDir }: ExperimentFact, { experiments }: Registry): void {
  const known = experiments[id];
  if (known && known.varDir !== varDir) {
    throw new UserError({
      code: 'experiment-elsewhere',
      message: `${project}/${name} is on this host already, with --var ${known.varDir}`,
      hint: `use --var ${known.varDir}, or another name with -e`,
    });
  }
  const neighbour = Object.entries(experiments).find(
    ([other, one]) => other !== id && one.varDir === varDir,
  )?.[1];
  if (neighbour) {
    const other = `${neighbour.project}/${neighbour.name}`;
    throw new UserError({
      code: 'var-dir-taken',
      message: `${varDir} holds the experiment ${other}`,
      hint: `give this one a directory of its own with --var DIR, or first: benito-pipeline down -e ${other}`,
    });
  }
}

function openVarDir({ varDir, logDir }: ExperimentFact): Journal {
  try {
    const theirs = existsSync(logDir) && !existsSync(journalDir(varDir));
    makeDirectories(logDir);
    const journal = openJournal(journalDir(varDir));
    if (theirs) writeFileSync(join(journalDir(varDir), KEEP_LOG), '');
    return journal;
  } catch (error) {
    throw new UserError(
      {
        code: 'var-dir-unusable',
        message: `${varDir} cannot hold the experiment: ${(error as Error).message}`,
        hint: 'choose a directory that can be written to: --var DIR',
      },
      { cause: error },
    );
  }
}

/** Purged before others may have the var directory: from the registry it goes last. */
async function leave(experiment: ExperimentFact, purge = false): Promise<readonly string[]> {
  const { id, project, name, stateDir } = experiment;
  const left = await destroyCgroups([experimentCgroup(id)]);
  removeEmptyParent();
  rmSync(stateDir, { recursive: true, force: true });
  if (purge && left.length === 0) purgeVarDir(experiment);
  await changeRegistry(`${project}/${name} (leaving)`, (registry) => {
    const { [id]: _gone, ...experiments } = registry.experiments;
    return [{ ...registry, experiments }, undefined];
  });
  return left;
}

/** Removes what runs left that were killed before the host knew their experiment: the files of locks that nobody holds. */
export async function removeStaleLocks(): Promise<void> {
  if (!existsSync(RUN_DIR)) return;
  const { experiments } = readRegistry();
  const stale = readdirSync(RUN_DIR).filter(
    (name) => name.endsWith('.lock') && !experiments[name.slice(0, -'.lock'.length)],
  );
  for (const name of stale) {
    const lock = takeLock(join(RUN_DIR, name), `process ${process.pid} (removing stale locks)`, 0);
    if ('release' in lock) lock.release();
  }
  // Takes the registry's own remains along.
  await changeRegistry('removing stale locks', (registry) => [registry, undefined]);
}

/** Journal, logs, and the var directory where it is empty; its parents too where they were made for it. */
/** In the journal's directory: the log directory was there before us, with what others keep in it. */
const KEEP_LOG = 'keep-log';

function purgeVarDir({ varDir, logDir }: ExperimentFact): void {
  if (!existsSync(join(journalDir(varDir), KEEP_LOG))) rmSync(logDir, { recursive: true, force: true });
  rmSync(journalDir(varDir), { recursive: true, force: true });
  const { shared } = readRegistry();
  for (let path = varDir; ; path = dirname(path)) {
    // Other experiments' nodes may have theirs mounted there: removing it would unmount them.
    if (shared[`directory ${path}`] === undefined) removeEmpty(path);
    if (!path.startsWith(`${DEFAULT_VAR_DIR}/`)) return;
  }
}
