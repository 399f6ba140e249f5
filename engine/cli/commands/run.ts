import { loadSettings } from '../../config/settings.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Phase } from '../../stage/discover.ts';
import { UserError } from '../../model/problem.ts';
import type { ExperimentFact } from '../../model/experiment.ts';
import { carryOut } from '../carry-out.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import { readInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { requestOf, typedOptions } from '../plan-options.ts';
import type { PlanOptions } from '../plan-options.ts';
import { planUnderLock } from '../plan-under-lock.ts';
import { showDryRun } from '../dry-run.ts';
import { effectsOf, selectedStages, selectStages } from '../stage-selection.ts';
import type { SelectionOptions } from '../stage-selection.ts';
import { needTarget, targetOfFile } from '../target.ts';

export interface RunOptions extends PlanOptions, SelectionOptions {
  readonly dryRun?: boolean;
  /** Show whole files. */
  readonly full?: boolean;
}

/**
 * `run setup EXPERIMENT`, `run launch`: one phase, or some stages of it. Launch stands on the config directory alone.
 */
export async function run(
  phase: string,
  file: string | undefined,
  options: RunOptions,
  io: Io,
): Promise<number> {
  if (phase !== 'setup' && phase !== 'launch') throw noPhase(phase);
  if (!options.dryRun) needRoot(`run ${phase}`);
  const settings = loadSettings();
  const experiment = targetOf(phase, file, options, settings.project);
  const inputs = await readInputs({
    experiment,
    settings,
    phases: [phase],
    request: requestOf(options),
    stageFolders: options.stages,
    pnode: options.pnode,
    ...(file !== undefined && phase === 'setup' && { file }),
  });
  const selection = selectStages(options, phase, inputs.stages);
  const bounds = selection?.to === undefined ? {} : { until: selection.to };
  if (options.dryRun) return showDryRun({ ...inputs, ...bounds }, selection, options, io);
  const typed = file === undefined ? '' : ` ${file}`;
  return carryOut(
    {
      command: `run ${phase}`,
      experiment,
      settings: inputs.settings,
      resume: `benito-pipeline run ${phase}${typed}${typedOptions(options)}`,
      plan: (context) => planUnderLock({ ...inputs, ...bounds }, context),
      only: (plan: Plan) => selection && effectsOf(plan, selectedStages(plan, selection)),
    },
    io,
  );
}

function targetOf(
  phase: Phase,
  file: string | undefined,
  options: RunOptions,
  project: string,
): ExperimentFact {
  if (file !== undefined) return targetOfFile(file, options, project);
  if (phase === 'launch') return needTarget(options);
  throw new UserError(
    {
      code: 'experiment-needed',
      message: 'run setup needs the EXPERIMENT that it is to set up',
      hint: 'for example: benito-pipeline run setup config/experiments/star.xml',
    },
    { exitCode: EXIT_USAGE },
  );
}

function noPhase(phase: string): UserError {
  return new UserError(
    { code: 'no-such-phase', message: `there is no phase '${phase}'`, hint: 'phases: setup, launch' },
    { exitCode: EXIT_USAGE },
  );
}
