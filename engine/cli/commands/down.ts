import { existsSync } from 'node:fs';
import { journalDir } from '../../config/experiment.ts';
import { bossOfJournal } from '../../host/boss/choose.ts';
import { openSession, removeStaleLocks } from '../../host/session.ts';
import { readRegistry } from '../../host/registry.ts';
import type { Journal } from '../../journal/journal.ts';
import { UserError, isUserError } from '../../model/problem.ts';
import { releaseLeases } from '../../run/claims.ts';
import { takeDown } from '../../run/down.ts';
import type { TakenDown } from '../../run/down.ts';
import { EXIT_INTERRUPTED } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { findTarget } from '../target.ts';
import type { TargetOptions } from '../target.ts';

export interface DownOptions extends TargetOptions {
  readonly purge?: boolean;
  /** Leases of a boss elsewhere are not given back: for one that is gone for good. */
  readonly abandonLeases?: boolean;
}

/** `down`: needs no experiment file; exit code 1 and a list if anything is left. */
export async function down(options: DownOptions, io: Io): Promise<number> {
  needRoot('down');
  const experiment = findTarget(options);
  if (!experiment || !isKnown(experiment)) {
    await removeStaleLocks();
    if (io.asJson) io.emit({ type: 'run-ended', ok: true, seconds: 0, done: 0, failed: 0 });
    else io.print('nothing to take down');
    return 0;
  }
  const full = `${experiment.project}/${experiment.name}`;
  const started = performance.now();
  const again = `benito-pipeline down${options.purge ? ' --purge' : ''} -e ${full}`;
  io.emit({
    type: 'run-started',
    command: 'down',
    experiment: full,
    varDir: experiment.varDir,
    resume: again,
  });
  const session = await openSession(experiment, 'down', { register: false });
  const interrupt = interruptible(io.emit);
  let ok = false;
  const end = (
    { done, failed, blocked, interrupted }: TakenDown['execution'],
    residue: readonly string[],
  ): void =>
    io.emit({
      type: 'run-ended',
      ok,
      seconds: (performance.now() - started) / 1000,
      done: done.length,
      failed: failed.length,
      blocked: blocked.length,
      ...(interrupted && { interrupted: true }),
      ...(residue.length > 0 && { residue }),
    });
  try {
    const { journal, kinds } = session;
    const { execution, residue } = await takeDown({
      journal,
      kinds,
      emit: io.emit,
      signal: interrupt.signal,
      purge: options.purge ?? false,
    });
    if (execution.interrupted) {
      end(execution, []);
      return EXIT_INTERRUPTED;
    }
    // Whoever has an address that does not go keeps it.
    if (options.abandonLeases) abandon(journal, io);
    if (execution.failed.length === 0) await giveBack(full, journal, { again, signal: interrupt.signal });
    const purge = options.purge === true && residue.length === 0;
    const stuck = execution.failed.length === 0 ? await session.forget({ purge }) : [];
    const left = [...residue, ...stuck.map((path) => `processes in ${path}`)];
    ok = execution.failed.length === 0 && left.length === 0;
    end(execution, left);
    return ok ? 0 : 1;
  } finally {
    interrupt.stop();
    await session.close(ok);
  }
}

/** Leases of this host's own boss go back all the same. */
function abandon(journal: Journal, { emit }: Io): void {
  if (!journal.lessor) return;
  const nodes = [...new Set([...journal.leases.keys(), ...journal.asked])];
  const { url } = journal.lessor;
  journal.append([{ type: 'released', nodes }], { durable: true });
  const text = `boss at ${url} was not told that these leases are not used any more: ${nodes.join(', ')}`;
  emit({ type: 'note', text });
}

/** @throws UserError where boss does not take them: the journal keeps them for the next `down`. */
async function giveBack(
  full: string,
  journal: Journal,
  { again, signal }: { readonly again: string; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await releaseLeases(await bossOfJournal(full, journal, { signal }), journal, new Set());
  } catch (error) {
    if (!isUserError(error)) throw error;
    const nodes = new Set([...journal.leases.keys(), ...journal.asked]);
    throw new UserError(
      [
        ...error.problems,
        {
          code: 'leases-not-released',
          message: `${full} is down, but boss may still hold its leases: ${[...nodes].slice(0, 5).join(', ')}${nodes.size > 5 ? `, and ${nodes.size - 5} more` : ''}`,
          hint: `they are not forgotten; give them back when boss takes them: ${again}; if it is gone for good, add --abandon-leases`,
        },
      ],
      { exitCode: error.exitCode, cause: error },
    );
  }
}

function isKnown({ id, varDir }: { readonly id: string; readonly varDir: string }): boolean {
  return readRegistry().experiments[id] !== undefined || existsSync(journalDir(varDir));
}
