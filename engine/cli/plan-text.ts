import { commandLine } from '../host/batch.ts';
import { effectId } from '../model/effect.ts';
import type { EffectId } from '../model/effect.ts';
import { groupBy } from '../model/group-by.ts';
import { kindOf } from '../plan/delta.ts';
import type { Delta, Step } from '../plan/delta.ts';
import type { Plan, PlannedEffect } from '../plan/plan.ts';
import { noColors } from '../report/colors.ts';
import type { Colors } from '../report/colors.ts';
import type { FileSpec } from '../stage/effects.ts';
import { diffWithDisk } from './file-diff.ts';
import type { HostView } from './host-view.ts';

export interface PlanTextOptions {
  readonly colors?: Colors | undefined;
  /** Everything to its end; otherwise long lists, files and lines are cut, and it is said where. */
  readonly full?: boolean | undefined;
  /** What to show: these stages, and these effects; all unless said. */
  readonly stages?: ReadonlySet<string>;
  readonly only?: (effect: PlannedEffect) => boolean;
}

/** How much is shown unless all is asked for. */
const CUT = { effects: 30, files: 6, lines: 24, columns: 140 };

type Sign = '+' | '~' | '±' | '-' | '=' | '?';

interface Standing {
  readonly sign: Sign;
  readonly why?: readonly string[];
}

/** A plan for people: stage by stage what it asks for, with the contents of files as diffs against what is on disk. */
export function planText(plan: Plan, view: HostView, options: PlanTextOptions = {}): readonly string[] {
  const { colors = noColors, full = false, stages, only = () => true } = options;
  const standing = standings(plan, view);
  const { project, name, varDir } = plan.experiment;
  const byStage = groupBy(plan.effects.filter(only), ({ stage }) => stage);
  const summaries = new Map(plan.stages.map((stage) => [stage.name, stage]));
  const inOrder = [...[...byStage.keys()].filter((stage) => !summaries.has(stage)), ...summaries.keys()];
  const lines = [`${colors.bold('plan')} of ${project}/${name} in ${varDir}`];
  for (const stage of inOrder.filter((one) => !stages || stages.has(one) || byStage.has(one))) {
    const about = summaries.get(stage);
    lines.push('', `${colors.bold(stage)}  ${about?.summary ?? 'What the user gave'}`);
    if (about?.skipped !== undefined) lines.push(colors.dim(`  skipped: ${about.skipped}`));
    lines.push(...probeLines(plan, stage, colors, full));
    lines.push(...effectLines(byStage.get(stage) ?? [], standing, view, colors, full));
  }
  const dropped = (view.delta?.unmake ?? []).filter(
    ({ effect }) => standing.get(effectId(effect))?.sign === '-',
  );
  if (dropped.length > 0)
    lines.push('', colors.bold('no longer wanted'), ...droppedLines(dropped, view, colors, full));
  return [...lines, ...closing(plan, view, colors)];
}

/** What a stage asked the host, and the first line of what it heard. */
function probeLines({ probes }: Plan, stage: string, colors: Colors, full: boolean): readonly string[] {
  return probes
    .filter((probe) => probe.stage === stage)
    .flatMap(({ name, argv, status, stdout }) => {
      const [first = '', ...more] = stdout.trimEnd().split('\n');
      const head = fit(`  probe ${name}: ${commandLine(argv)} -> status ${status}`, full);
      const shown = full ? [first, ...more] : [first + (more.length > 0 ? ' ...' : '')];
      return [head, ...shown.filter(Boolean).map((line) => `      ${fit(line, full)}`)].map(colors.dim);
    });
}

/** What is to be done about each effect, and why. */
function standings(plan: Plan, { delta, seen }: HostView): ReadonlyMap<EffectId, Standing> {
  if (delta) return fromDelta(plan, delta);
  const signs = { absent: '+', present: '=', different: '~', foreign: '?' } as const;
  return new Map(
    plan.effects.map((effect): [EffectId, Standing] => {
      const found = seen.get(effectId(effect));
      return [effectId(effect), found ? { sign: signs[found.state] } : { sign: '?' }];
    }),
  );
}

function fromDelta(plan: Plan, { make, change, unmake }: Delta): ReadonlyMap<EffectId, Standing> {
  const standing = new Map<EffectId, Standing>(
    plan.effects.map((effect) => [effectId(effect), { sign: '=' }]),
  );
  const set = (steps: readonly Step[], sign: (id: EffectId) => Sign): void => {
    for (const { effect, why } of steps)
      standing.set(effectId(effect), { sign: sign(effectId(effect)), why });
  };
  set(unmake, () => '-');
  set(change, () => '~');
  set(make, (id) => (standing.get(id)?.sign === '-' ? '±' : '+'));
  return standing;
}

function effectLines(
  effects: readonly PlannedEffect[],
  standing: ReadonlyMap<EffectId, Standing>,
  { kinds }: HostView,
  colors: Colors,
  full: boolean,
): readonly string[] {
  const of = (effect: PlannedEffect): Standing => standing.get(effectId(effect)) ?? { sign: '?' };
  const moving = effects.filter((effect) => of(effect).sign !== '=');
  const shown = full ? moving : moving.slice(0, CUT.effects);
  let files = 0;
  const lines = shown.flatMap((effect) => {
    const { sign, why = [] } = of(effect);
    const reasons = why.filter((reason) => reason !== 'new');
    const head = `  ${signed(sign, colors)} ${fit(kindOf(kinds, effect.kind).describe(effect), full)}`;
    const because = reasons.map((reason) => colors.dim(`      because: ${reason}`));
    if (effect.kind !== 'file') return [head, ...because];
    files += 1;
    return [
      head,
      ...because,
      ...(full || files <= CUT.files ? diffLines(effect.spec as FileSpec, colors, full) : []),
    ];
  });
  if (!full && files > CUT.files)
    lines.push(colors.dim(`  contents of ${files - CUT.files} more files: --full`));
  if (moving.length > shown.length)
    lines.push(colors.dim(`  and ${moving.length - shown.length} more effects: --full`));
  const same = effects.length - moving.length;
  if (same > 0) lines.push(colors.dim(`  = ${same} as they should be`));
  return lines;
}

function diffLines(spec: FileSpec, colors: Colors, full: boolean): readonly string[] {
  const diff = diffWithDisk(spec);
  if (!diff) return [];
  const shown = full ? diff.lines : diff.lines.slice(0, CUT.lines);
  const lines = shown.map((line) => `      ${paint(fit(line, full), colors)}`);
  if (diff.unfolded) lines.unshift(colors.dim('      (shown a tag a line; the file is one line)'));
  const rest = diff.lines.length - shown.length;
  return rest > 0 ? [...lines, colors.dim(`      ... ${rest} more lines: --full`)] : lines;
}

function droppedLines(
  steps: readonly Step[],
  { kinds }: HostView,
  colors: Colors,
  full: boolean,
): readonly string[] {
  const shown = full ? steps : steps.slice(0, CUT.effects);
  const lines = shown.map(
    ({ effect }) => `  ${signed('-', colors)} ${fit(kindOf(kinds, effect.kind).describe(effect), full)}`,
  );
  const rest = steps.length - shown.length;
  return rest > 0 ? [...lines, colors.dim(`  and ${rest} more effects: --full`)] : lines;
}

function closing(plan: Plan, { delta, unseen }: HostView, colors: Colors): readonly string[] {
  const lines = [''];
  if (plan.leases.length > 0) {
    const some = plan.leases.slice(0, 5).map(({ node, address }) => `${node} ${address}`);
    const more = plan.leases.length > some.length ? `, and ${plan.leases.length - some.length} more` : '';
    lines.push(`from boss: ${some.join(', ')}${more}`);
  }
  const unanswered = unansweredText(plan);
  if (unanswered !== undefined) lines.push(`${colors.yellow('note:')} ${unanswered}`);
  lines.push(...[...new Set(plan.notes)].map((note) => `${colors.yellow('note:')} ${note}`));
  if (unseen !== undefined) lines.push(`${colors.yellow('note:')} ${unseen}`);
  if (delta) {
    const { make, change, unmake, kept } = delta;
    lines.push(
      `${make.length} to make, ${change.length} to change, ${unmake.length} to unmake, ${kept} as they should be`,
    );
  } else {
    lines.push(`${plan.effects.length} effects`);
  }
  return [...lines, `plan ${plan.hash}`];
}

/** Why a plan ends before its last stage; undefined where it does not. */
export function unansweredText({ unanswered, experiment }: Plan): string | undefined {
  if (!unanswered) return undefined;
  const { stage, nodes } = unanswered;
  const some = nodes.slice(0, 5).join(', ');
  const rest = nodes.length > 5 ? ` and ${nodes.length - 5} more` : '';
  return (
    `${stage} would claim leases for ${some}${rest}, which boss cannot foretell: the plan ends here. ` +
    `\`benito-pipeline run setup EXPERIMENT -e ${experiment.project}/${experiment.name}\` claims them, and starts nothing`
  );
}

function signed(sign: Sign, colors: Colors): string {
  const paints = {
    '+': colors.green,
    '~': colors.yellow,
    '±': colors.yellow,
    '-': colors.red,
    '=': colors.dim,
    '?': colors.dim,
  };
  return paints[sign](sign);
}

function paint(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line);
  if (line.startsWith('-')) return colors.red(line);
  return line.startsWith('@@') ? colors.cyan(line) : line;
}

function fit(line: string, full: boolean): string {
  if (full || line.length <= CUT.columns) return line;
  return `${line.slice(0, CUT.columns - 20)}... (+${line.length - CUT.columns + 20} characters)`;
}
