import { loadSettings } from '../../config/settings.ts';
import { embeddedBoss } from '../../host/boss.ts';
import { openSession } from '../../host/session.ts';
import { makePlan } from '../../plan/make-plan.ts';
import { claimLeases, releaseLeases } from '../../run/claims.ts';
import { bringUp } from '../../run/up.ts';
import type { Phase } from '../../stage/discover.ts';
import { readInputs } from '../input.ts';
import { needRoot } from '../need-root.ts';
import type { Io } from '../io.ts';
import { targetOfFile } from '../target.ts';
import type { TargetOptions } from '../target.ts';
import { interruptible } from '../interrupt.ts';

export interface UpOptions extends TargetOptions {
  readonly as: Readonly<Record<string, string>>;
  readonly defaultPlatform?: string;
  readonly stages: readonly string[];
}

/** `up EXPERIMENT`: setup, then launch. */
export async function up(file: string, options: UpOptions, io: Io): Promise<number> {
  needRoot('up');
  const settings = loadSettings();
  const experiment = targetOfFile(file, options, settings.project);
  const full = `${experiment.project}/${experiment.name}`;
  const phases: readonly Phase[] = ['setup', 'launch'];
  const request = { as: options.as, ...(options.defaultPlatform !== undefined && { defaultPlatform: options.defaultPlatform }) };
  const started = performance.now();
  io.emit({ type: 'run-started', command: 'up', experiment: full, varDir: experiment.varDir });
  // Read before anything is locked or made: a bad file costs nothing.
  const inputs = await readInputs({ experiment, settings, phases, file, request, stageFolders: options.stages });
  const boss = embeddedBoss(full, settings.control_net.pool);
  const session = await openSession(experiment, 'up');
  const interrupt = interruptible(io.emit);
  let ok = false;
  try {
    const { journal, kinds } = session;
    const plan = await makePlan({
      ...inputs,
      answer: (claims) => claimLeases(boss, journal, claims),
      onStage: ({ name, summary, skipped }) =>
        io.emit({ type: 'stage-planned', stage: name, summary, ...(skipped !== undefined && { skipped }) }),
    });
    for (const text of plan.notes) io.emit({ type: 'note', text });
    await releaseLeases(boss, journal, new Set(plan.leases.map(({ node }) => node)));
    const result = await bringUp(plan, { journal, kinds, emit: io.emit, signal: interrupt.signal });
    ok = !result.fatal && !result.interrupted;
    io.emit({
      type: 'run-ended',
      ok,
      seconds: (performance.now() - started) / 1000,
      done: result.done.length,
      failed: result.failed.length,
    });
    return ok ? 0 : 1;
  } finally {
    interrupt.stop();
    await session.close(ok);
  }
}
