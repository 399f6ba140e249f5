import { resolve } from 'node:path';
import { loadSettings } from '../../config/settings.ts';
import type { Boss } from '../../host/boss/boss.ts';
import { bossOfSettings } from '../../host/boss/choose.ts';
import { answerProbes } from '../../host/probes.ts';
import type { Journal } from '../../journal/journal.ts';
import type { ExperimentFact } from '../../model/experiment.ts';
import { UserError } from '../../model/problem.ts';
import type { Plan } from '../../plan/plan.ts';
import { claimLeases, releaseLeases } from '../../run/claims.ts';
import { carryOut } from '../carry-out.ts';
import { driftOfHost, driftOfInputs, driftOfLeases, driftOfProbes, refuseDrift } from '../drift.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import { fingerprintsOf } from '../fingerprints.ts';
import { stateTexts, viewHost } from '../host-view.ts';
import { readInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { requestOf, typedOptions } from '../plan-options.ts';
import { loadPlan } from '../saved-plan.ts';
import type { TargetOptions } from '../target.ts';

/** `apply FILE`: carries out that plan and no other; refused, with the reasons, where anything of it has drifted. */
export async function apply(file: string, target: TargetOptions, io: Io): Promise<number> {
  needRoot('apply');
  const saved = loadPlan(file);
  const { plan, options } = saved;
  refuseOther(plan.experiment, target);
  const settings = loadSettings();
  const inputs = await readInputs({
    experiment: plan.experiment,
    settings,
    phases: plan.phases,
    file: saved.file,
    request: requestOf(options),
    stageFolders: options.stages,
    pnode: options.pnode,
  });
  const full = `${plan.experiment.project}/${plan.experiment.name}`;
  const boss = await bossOfSettings(full, settings.control_net);
  const wanted = plan.leases.map(({ node }) => ({ node }));
  // Once before anything is locked, so that a refusal leaves no trace; once more under the lock.
  refuseDrift(file, [
    ...driftOfInputs(saved.fingerprints, fingerprintsOf(saved.file, inputs, plan)),
    ...driftOfProbes(plan.probes, await answerProbes(plan.probes)),
    ...driftOfLeases(plan.leases, await boss.foretell(wanted)),
    ...driftOfHost(saved.observed, stateTexts((await viewHost(plan, () => true)).seen)),
  ]);
  return carryOut(
    {
      command: 'apply',
      experiment: plan.experiment,
      settings,
      resume: `benito-pipeline up ${saved.file}${typedOptions(options)}`,
      planHash: plan.hash,
      plan: (context) => claimAsPlanned(plan, file, context),
      onSeen: (seen) => refuseDrift(file, driftOfHost(saved.observed, stateTexts(seen))),
    },
    io,
  );
}

/** Boss has to give what it foretold; what it gave instead goes back. */
async function claimAsPlanned(
  plan: Plan,
  file: string,
  { boss, journal }: { readonly boss: Boss; readonly journal: Journal },
): Promise<Plan> {
  const before = new Set(journal.leases.keys());
  const given = await claimLeases(
    boss,
    journal,
    plan.leases.map(({ node }) => ({ node })),
  );
  const drift = driftOfLeases(plan.leases, given);
  if (drift.length > 0) await releaseLeases(boss, journal, before);
  refuseDrift(file, drift);
  return plan;
}

/** A plan is of one experiment in one place. */
function refuseOther(
  { project, name, varDir }: ExperimentFact,
  { experiment, var: wanted }: TargetOptions,
): void {
  const full = `${project}/${name}`;
  const same = (experiment ?? full) === full && (wanted === undefined || resolve(wanted) === varDir);
  if (same) return;
  throw new UserError(
    {
      code: 'plan-of-another',
      message: `the plan is of ${full} in ${varDir}`,
      hint: 'leave -e and --var out, or plan again with them',
    },
    { exitCode: EXIT_USAGE },
  );
}
