import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PoolState } from '../allocate/pool.ts';
import { RUN_DIR } from '../config/experiment.ts';
import { canonicalJson } from '../model/json.ts';
import { UserError } from '../model/problem.ts';
import { takeLock } from './lock.ts';

/** What the experiments of one host share: who is there, which addresses are taken, who uses what together. */
export interface Registry {
  readonly experiments: Readonly<Record<string, RegisteredExperiment>>;
  readonly pool: PoolState;
  /** Shared effects by identity. */
  readonly shared: Readonly<Record<string, SharedEntry>>;
  /** Limits of the host that are raised, by key. */
  readonly sysctls: Readonly<Record<string, RaisedSysctl>>;
}

export interface RaisedSysctl {
  /** What it was before the first experiment raised it. */
  readonly original: number;
  /** By how much, by experiment id. */
  readonly raisedBy: Readonly<Record<string, number>>;
  /** To how much at least, by experiment id. */
  readonly atLeast?: Readonly<Record<string, number>>;
}

export interface RegisteredExperiment {
  readonly project: string;
  readonly name: string;
  readonly varDir: string;
}

export interface SharedEntry {
  readonly specHash: string;
  /** Experiment ids. */
  readonly owners: readonly string[];
  /** Ours to unmake when the last owner goes; false where it was there before. */
  readonly made: boolean;
  /** What stood there before the first owner, for undo. */
  readonly before?: unknown;
}

/** Outlives a reboot, so that `list` and `status` can say what is gone; removed when no experiment is left. */
const FILE = '/var/lib/benito-pipeline/host.json';
/** What probes found on this boot of the host; goes with the registry. */
export const PROBES_FILE = '/var/lib/benito-pipeline/probes.json';
const EMPTY: Registry = { experiments: {}, pool: { leases: [] }, shared: {}, sysctls: {} };

/** The registry as it is now; needs no lock, as it is replaced in one step. */
export function readRegistry(): Registry {
  return existsSync(FILE)
    ? { ...EMPTY, ...(JSON.parse(readFileSync(FILE, 'utf8')) as Partial<Registry>) }
    : EMPTY;
}

/**
 * Changes the registry under the host's lock. `work` may do, and await, what has to be one with the change; what a
 * crash in between must not lose it `save`s before it does it.
 * @throws UserError when somebody else holds the lock for 30 seconds.
 */
export function changeRegistry<T>(holder: string, work: RegistryChange<T>): Promise<T> {
  // A second change of this process would wait for the lock that this process holds.
  const change = queue.then(() => changeLocked(holder, work));
  queue = change.catch(() => undefined);
  return change;
}

type RegistryChange<T> = (
  registry: Registry,
  save: (registry: Registry) => void,
) => Promise<readonly [Registry, T]> | readonly [Registry, T];

let queue: Promise<unknown> = Promise.resolve();

async function changeLocked<T>(holder: string, work: RegistryChange<T>): Promise<T> {
  const lock = takeLock(join(RUN_DIR, 'host.lock'), holder, 30_000);
  if ('heldBy' in lock) {
    throw new UserError({
      code: 'host-locked',
      message: `the host's registry has been locked for 30 s by ${lock.heldBy}`,
      hint: 'wait for it to end, or end it, and try again',
    });
  }
  try {
    let saved = readRegistry();
    const save = (registry: Registry): void => {
      if (canonicalJson(registry) !== canonicalJson(saved)) write(registry);
      saved = registry;
    };
    const [after, answer] = await work(saved, save);
    save(after);
    if (isEmpty(after)) removeFile();
    return answer;
  } finally {
    lock.release();
    removeEmpty(RUN_DIR);
  }
}

function write(registry: Registry): void {
  if (isEmpty(registry)) return removeFile();
  mkdirSync(dirname(FILE), { recursive: true, mode: 0o755 });
  writeFileSync(`${FILE}.new`, `${JSON.stringify(registry, null, 1)}\n`, { flush: true });
  renameSync(`${FILE}.new`, FILE);
}

function isEmpty(registry: Registry): boolean {
  return canonicalJson(registry) === canonicalJson(EMPTY);
}

/** And what a killed run had begun to write. */
function removeFile(): void {
  for (const path of [`${PROBES_FILE}.new`, PROBES_FILE, `${FILE}.new`, FILE]) rmSync(path, { force: true });
  removeEmpty(dirname(FILE));
}

/** Removes a directory if nothing is in it, and nothing is mounted on it. */
export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}
