import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RUN_DIR, journalDir } from '../config/experiment.ts';
import { openJournal } from '../journal/journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { EffectKinds } from '../plan/kind.ts';
import { destroyCgroups, experimentCgroup, makeCgroup, removeEmptyParent } from './cgroup.ts';
import { hostContext } from './context.ts';
import { effectKinds } from './kinds.ts';
import { takeLock } from './lock.ts';
import { changeRegistry, removeEmpty } from './registry.ts';
import type { Registry } from './registry.ts';
import { withSharing } from './sharing.ts';

/** One experiment on this host, locked for this process, with what an earlier run left half done cleared up. */
export interface Session {
  readonly run: string;
  readonly experiment: ExperimentFact;
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  /** The experiment is gone: its cgroup, its state directory and its place in the registry go too. */
  forget(): Promise<readonly string[]>;
  /** Ends the run and gives the lock back. */
  close(ok: boolean): Promise<void>;
}

/**
 * Locks an experiment, enters it in the host's registry, and ends the helpers of a run that was killed.
 * @throws UserError who holds it, or that another experiment has the same var directory.
 */
export async function openSession(
  experiment: ExperimentFact,
  command: string,
  options: { planHash?: string; register?: boolean } = {},
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
    if (options.register !== false) await register(experiment, full);
    return await start(experiment, command, lock.release, options.planHash);
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
  planHash: string | undefined,
): Promise<Session> {
  const run = randomBytes(4).toString('hex');
  const cgroup = experimentCgroup(experiment.id);
  const work = join(cgroup, `work.${run}`);
  await endEarlierHelpers(cgroup);
  makeCgroup(work);
  mkdirSync(experiment.stateDir, { recursive: true, mode: 0o755 });
  mkdirSync(experiment.logDir, { recursive: true, mode: 0o755 });
  const journal = openJournal(journalDir(experiment.varDir));
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
  return {
    run,
    experiment,
    journal,
    kinds: withSharing(effectKinds(hostContext(experiment, work)), experiment.id),

    async forget() {
      const left = await destroyCgroups([cgroup]);
      removeEmptyParent();
      rmSync(experiment.stateDir, { recursive: true, force: true });
      await changeRegistry(`${project}/${name} (leaving)`, (registry) => {
        const { [id]: _gone, ...experiments } = registry.experiments;
        return [{ ...registry, experiments }, undefined];
      });
      return left;
    },

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

function register(experiment: ExperimentFact, full: string): Promise<void> {
  return changeRegistry(`${full} (entering)`, (registry): readonly [Registry, undefined] => {
    const { id, project, name, varDir } = experiment;
    const known = registry.experiments[id];
    if (known && known.varDir !== varDir) {
      throw new UserError({
        code: 'experiment-elsewhere',
        message: `${full} is on this host already, with --var ${known.varDir}`,
        hint: `use --var ${known.varDir}, or another name with -e`,
      });
    }
    const neighbour = Object.entries(registry.experiments).find(([other, one]) => other !== id && one.varDir === varDir);
    if (neighbour) {
      const [, { project: otherProject, name: otherName }] = neighbour;
      throw new UserError({
        code: 'var-dir-taken',
        message: `${varDir} holds the experiment ${otherProject}/${otherName}`,
        hint: `give this one a directory of its own with --var DIR, or first: benito-pipeline down -e ${otherProject}/${otherName}`,
      });
    }
    return [{ ...registry, experiments: { ...registry.experiments, [id]: { project, name, varDir } } }, undefined];
  });
}

/** Changes with every boot: what a journal of another boot says was made is gone, but for files. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Removes what `down --purge` may: journal, logs, and the var directory and its parents where they are empty. */
export function purge(experiment: ExperimentFact): void {
  rmSync(journalDir(experiment.varDir), { recursive: true, force: true });
  rmSync(experiment.logDir, { recursive: true, force: true });
  removeEmpty(experiment.varDir);
  removeEmpty(dirname(experiment.varDir) === '/var/benito/experiments' ? dirname(experiment.varDir) : experiment.varDir);
}
