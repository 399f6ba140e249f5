import { effectId } from '../model/effect.ts';
import { UserError } from '../model/problem.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';
import type { Phase, StageFile } from '../stage/discover.ts';

/** `--stage NAME`, or `--from NAME`, `--to NAME` or both. */
export interface SelectionOptions {
  readonly stage?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Which stages of a phase are asked for, by their full names. */
export interface Selection {
  readonly from?: string;
  readonly to?: string;
}

/**
 * The stages that the options name; names may lack the phase (`15_control_net`, `process/nodes`).
 * @returns undefined where all stages are meant.
 * @throws UserError for a name that no stage has, listing those there are.
 */
export function selectStages(
  options: SelectionOptions,
  phase: Phase,
  stages: readonly StageFile[],
): Selection | undefined {
  const { stage, from, to } = options;
  if (stage !== undefined && (from ?? to) !== undefined) {
    throw usage(
      '--stage goes without --from and --to',
      'one stage: --stage NAME; several: --from NAME --to NAME',
    );
  }
  if (stage === undefined && from === undefined && to === undefined) return undefined;
  const known = stages.filter((one) => one.phase === phase).map(({ name }) => name);
  const full = (name: string): string => {
    const wanted = name.startsWith(`${phase}/`) ? name : `${phase}/${name}`;
    if (known.includes(wanted)) return wanted;
    const list = known.map((one) => one.slice(phase.length + 1)).join(', ');
    throw usage(`there is no stage '${name}' in ${phase}`, `stages of ${phase}: ${list}`);
  };
  if (stage !== undefined) return { from: full(stage), to: full(stage) };
  return { ...(from !== undefined && { from: full(from) }), ...(to !== undefined && { to: full(to) }) };
}

/**
 * The planned stages that a selection takes, in their order; what belongs to no stage (`setup/input`) goes with the
 * first.
 * @throws UserError where they are not planned, or stand the other way round.
 */
export function selectedStages(
  plan: Pick<Plan, 'stages' | 'unanswered'>,
  { from, to }: Selection,
): ReadonlySet<string> {
  const names = plan.stages.map(({ name }) => name);
  for (const name of [from, to]) {
    if (name === undefined || names.includes(name)) continue;
    const why =
      to !== undefined && names.at(-1) === to
        ? `it comes after ${to}`
        : plan.unanswered
          ? `boss cannot foretell the leases that ${plan.unanswered.stage} would claim`
          : 'no node of the experiment is of its platform';
    throw usage(`the stage ${name} is not run: ${why}`, `in order: ${names.join(', ')}`);
  }
  const start = from === undefined ? 0 : names.indexOf(from);
  const end = to === undefined ? names.length : names.indexOf(to) + 1;
  return new Set([...(start === 0 ? ['setup/input'] : []), ...names.slice(start, end)]);
}

/** The effects of these stages, with the directories that their files are in. */
export function effectsOf(plan: Plan, stages: ReadonlySet<string>): (effect: PlannedEffect) => boolean {
  const folders = new Set(
    plan.effects
      .filter(({ stage }) => stages.has(stage))
      .flatMap(({ edges }) => edges.after.filter(isDirectory)),
  );
  const parents = new Map(
    plan.effects.filter(({ kind }) => kind === 'directory').map((one) => [effectId(one), one]),
  );
  for (const id of folders)
    for (const up of parents.get(id)?.edges.after.filter(isDirectory) ?? []) folders.add(up);
  return (effect) => stages.has(effect.stage) || folders.has(effectId(effect));
}

function isDirectory(id: string): boolean {
  return id.startsWith('directory ');
}

function usage(message: string, hint: string): UserError {
  return new UserError({ code: 'bad-stage-selection', message, hint }, { exitCode: EXIT_USAGE });
}
