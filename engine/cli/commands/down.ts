import { existsSync } from 'node:fs';
import { journalDir } from '../../config/experiment.ts';
import { embeddedBoss } from '../../host/boss.ts';
import { openSession, removeStaleLocks } from '../../host/session.ts';
import { readRegistry } from '../../host/registry.ts';
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
    await releaseLeases(embeddedBoss(full), journal, new Set());
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

function isKnown({ id, varDir }: { readonly id: string; readonly varDir: string }): boolean {
  return readRegistry().experiments[id] !== undefined || existsSync(journalDir(varDir));
}
