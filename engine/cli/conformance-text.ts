import type { Answered } from '../conformance/ask.ts';
import { faultLines } from '../conformance/fault-lines.ts';
import type { Colors } from '../report/colors.ts';

/** What became of a rule, for people: a line, what was seen, and what is to be done. */
export function renderAnswer(
  { rule, summary, state, evidence, faults, because }: Answered,
  colors: Colors,
): readonly string[] {
  const head = `${paint(state, colors)} ${colors.bold(rule.padEnd(17))} ${summary}`;
  if (state === 'not-asked') return [`${head}: the platform lacks ${because}`];
  return [
    state === 'open' ? `${head}: cannot be asked, see ${because}` : head,
    ...evidence.map((line) => colors.dim(`           ${line}`)),
    ...faultLines(faults).map((line) => `         ${line}`),
  ];
}

/** The sentence at the end. */
export function renderVerdict(
  platform: string,
  answers: readonly Answered[],
  seconds: number,
  colors: Colors,
): readonly string[] {
  const count = (wanted: Answered['state']): number => answers.filter(({ state }) => state === wanted).length;
  const some = [
    `${count('holds')} ${count('holds') === 1 ? 'rule holds' : 'rules hold'}`,
    ...(count('broken') > 0 ? [colors.red(`${count('broken')} broken`)] : []),
    ...(count('open') > 0 ? [colors.yellow(`${count('open')} could not be asked`)] : []),
    ...(count('not-asked') > 0 ? [`${count('not-asked')} not asked, by what it lacks`] : []),
  ];
  return ['', `${platform}: ${some.join(', ')}, in ${seconds.toFixed(1)} s`];
}

function paint(state: Answered['state'], colors: Colors): string {
  if (state === 'holds') return colors.green('holds   ');
  if (state === 'broken') return colors.red('BROKEN  ');
  return state === 'open' ? colors.yellow('open    ') : colors.dim('-       ');
}
