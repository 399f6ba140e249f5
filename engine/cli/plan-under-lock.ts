import type { Boss } from '../host/boss/boss.ts';
import { answerProbes } from '../host/probes.ts';
import type { Journal } from '../journal/journal.ts';
import type { ShapeChanges } from '../model/shaping.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { PlanInputs } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { claimLeases } from '../run/claims.ts';
import type { Emit } from '../run/events.ts';
import { tellStages } from './carry-out.ts';
import { readPrevious } from './input.ts';

interface UnderLock {
  readonly boss: Boss;
  readonly journal: Journal;
  readonly emit: Emit;
  /** Instead of those that the journal holds. */
  readonly shapeChanges?: ShapeChanges;
}

/** The plan of a run that holds the experiment's lock: what another run may have changed before is read again. */
export function planUnderLock(inputs: Omit<PlanInputs, 'answer'>, context: UnderLock): Promise<Plan> {
  const { boss, journal, emit, shapeChanges = journal.shapeChanges } = context;
  return makePlan({
    ...inputs,
    previous: readPrevious(inputs.experiment),
    shapeChanges,
    probe: (probes) => answerProbes(probes, { remember: true }),
    answer: (claims) => claimLeases(boss, journal, claims),
    onStage: tellStages(emit),
  });
}
