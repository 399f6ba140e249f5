import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RUN_DIR, journalDir } from '../../config/experiment.ts';
import { bootId } from '../../host/boot-id.ts';
import { lockHolder } from '../../host/lock.ts';
import { UserError, isUserError } from '../../model/problem.ts';
import type { ExperimentFact } from '../../model/experiment.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import { findNode, notUp, refuseGhost } from '../enter.ts';
import type { Io } from '../io.ts';
import { isLaunched, openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import { needRoot } from '../need-root.ts';
import { unreadyNodes } from '../readiness.ts';
import type { Unready } from '../readiness.ts';
import { findTarget } from '../target.ts';
import type { TargetOptions } from '../target.ts';

export interface WaitOptions extends TargetOptions {
  /** Seconds; without it as long as somebody is at work. */
  readonly timeout?: number;
}

const PAUSE_MS = 200;
/** So long may who brings them up take to begin: `up` and `wait` may be started together. */
const GRACE_MS = 5000;

/** What a look found. */
type Seen =
  | { readonly state: 'ready'; readonly nodes: readonly string[] }
  /** Somebody may still bring them up. */
  | { readonly state: 'waiting'; readonly unready: readonly Unready[] }
  /** Nobody is at work: `error` says what that leaves. */
  | { readonly state: 'idle'; readonly error: UserError };

/** `wait [NODE...]`: exit code 0 as soon as they run, complete; an error where nobody gets them there. */
export async function wait(names: readonly string[], options: WaitOptions, io: Io): Promise<number> {
  needRoot('wait');
  const started = Date.now();
  const look = watch(options);
  let idleSince: number | undefined;
  for (;;) {
    const seen = examine(look(), names);
    if (seen.state === 'ready') {
      const seconds = (Date.now() - started) / 1000;
      if (io.asJson) io.json({ ready: seen.nodes, seconds });
      else
        io.print(`${seen.nodes.length === 1 ? `${seen.nodes[0]} runs` : `${seen.nodes.length} nodes run`}`);
      return 0;
    }
    const now = Date.now();
    idleSince = seen.state === 'idle' ? (idleSince ?? now) : undefined;
    if (seen.state === 'waiting') refuseFailed(seen.unready);
    if (options.timeout !== undefined && now - started >= options.timeout * 1000) {
      throw seen.state === 'idle' ? seen.error : late(seen.unready, options.timeout);
    }
    if (seen.state === 'idle' && now - idleSince! >= GRACE_MS) throw seen.error;
    await sleep(PAUSE_MS);
  }
}

/** What is known, read again only when the journal has grown. */
function watch(options: TargetOptions): () => Known | undefined {
  let mark: string | undefined;
  let known: Known | undefined;
  return () => {
    const experiment = findTarget(options);
    const stats = experiment && statSync(journalFile(experiment), { throwIfNoEntry: false });
    if (!stats) return undefined;
    const now = `${stats.ino} ${stats.size}`;
    if (now !== mark) known = openKnown(options, 'wait');
    mark = now;
    return known;
  };
}

function journalFile({ varDir }: ExperimentFact): string {
  return join(journalDir(varDir), 'journal.jsonl');
}

function examine(known: Known | undefined, names: readonly string[]): Seen {
  if (!known) return { state: 'idle', error: nothingThere() };
  const { journal, experiment, full } = known;
  const worker = lockHolder(join(RUN_DIR, `${experiment.id}.lock`));
  const { pid, launching } = journal.lastRun ?? {};
  // Until then it is not known which nodes there will be, and what becomes of those that there are.
  if (worker !== undefined && !(pid === worker && launching)) return { state: 'waiting', unready: [] };
  const nodes = wanted(known, names);
  if ('message' in nodes) return { state: 'idle', error: nodes };
  const unready = unreadyNodes(nodes, journal, bootId());
  if (unready.length === 0) return { state: 'ready', nodes: nodes.map(({ name }) => name) };
  if (worker !== undefined) return { state: 'waiting', unready };
  return { state: 'idle', error: nobody(full, unready) };
}

/** The nodes that are meant, or why there are none. */
function wanted(known: Known, names: readonly string[]): readonly NodeRecord[] | UserError {
  const { journal, full } = known;
  if (!isLaunched(journal)) return notUp(full);
  try {
    const named = [...new Set(names)].map((name) => findNode(known, name));
    named.forEach(refuseGhost);
    return names.length > 0 ? named : journal.nodes.filter(({ ghost }) => !ghost);
  } catch (error) {
    if (isUserError(error)) return error;
    throw error;
  }
}

function refuseFailed(unready: readonly Unready[]): void {
  const failed = unready.filter(({ failed }) => failed);
  if (failed.length === 0) return;
  throw new UserError({
    code: 'node-failed',
    message: listed(failed),
    hint: 'see what it is about: benito-pipeline status; try again: benito-pipeline up EXPERIMENT',
  });
}

function nobody(full: string, unready: readonly Unready[]): UserError {
  return new UserError({
    code: 'nobody-at-work',
    message: `${listed(unready)}; and nobody is bringing ${full} up`,
    hint: `see how it is: benito-pipeline status -e ${full}; a node that was stopped: benito-pipeline start NODE -e ${full}; else: benito-pipeline up EXPERIMENT -e ${full}`,
  });
}

function late(unready: readonly Unready[], seconds: number): UserError {
  const which = unready.length > 0 ? listed(unready) : 'what there will be is still being planned';
  return new UserError({
    code: 'not-ready',
    message: `not ready after ${seconds} s: ${which}`,
    hint: 'wait longer, with --timeout; see how far it is: benito-pipeline status',
  });
}

function nothingThere(): UserError {
  return new UserError({
    code: 'no-experiment',
    message: 'there is no such experiment on this host, and nobody is bringing one up',
    hint: 'bring one up: benito-pipeline up EXPERIMENT; see which there are: benito-pipeline list',
  });
}

const MOST_LISTED = 10;

function listed(unready: readonly Unready[]): string {
  const shown = unready.slice(0, MOST_LISTED).map(({ node, why }) => `${node} ${why}`);
  const more = unready.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more nodes` : ''}`;
}
