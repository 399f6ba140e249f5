import { noColors } from '../../report/colors.ts';
import type { Colors } from '../../report/colors.ts';
import type { Check, Finding } from '../doctor/check.ts';
import { controlNetChecks } from '../doctor/control-net.ts';
import { kernelChecks } from '../doctor/kernel.ts';
import { leftoverChecks } from '../doctor/leftovers.ts';
import { limitChecks } from '../doctor/limits.ts';
import { networkChecks } from '../doctor/network.ts';
import { platformChecks } from '../doctor/platforms.ts';
import { softwareChecks } from '../doctor/software.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import type { Cell } from '../table.ts';
import type { TargetOptions } from '../target.ts';

/** Everything that is asked, in the order of the answers. */
const CHECKS: readonly Check[] = [
  ...softwareChecks,
  ...platformChecks,
  ...kernelChecks,
  ...limitChecks,
  ...networkChecks,
  ...controlNetChecks,
  ...leftoverChecks,
];

/** A finding, with the check that it is of. */
export interface Named extends Finding {
  readonly check: string;
}

/** `doctor`: what this host has and lacks; exit code 1 if experiments cannot come up on it. */
export async function doctor(_options: TargetOptions, io: Io): Promise<number> {
  const findings = await examineHost(CHECKS);
  const essential = findings.some(({ level }) => level === 'failing');
  if (io.asJson) io.json({ ok: !essential, findings });
  else for (const line of renderFindings(findings, io.colors ?? noColors)) io.print(line);
  return essential ? 1 : 0;
}

/** Asks every check; one that breaks is a warning of its own. */
export async function examineHost(checks: readonly Check[]): Promise<readonly Named[]> {
  const answers = await Promise.all(
    checks.map(async ({ name, look }): Promise<readonly Named[]> => {
      try {
        return [await look()].flat().map((finding) => ({ check: name, ...finding }));
      } catch (error) {
        return [{ check: name, level: 'warning', text: `could not look: ${(error as Error).message}` }];
      }
    }),
  );
  return answers.flat();
}

/** A line a finding, what mends it below, and a sentence at the end. */
export function renderFindings(findings: readonly Named[], colors: Colors): readonly string[] {
  const words: Readonly<Record<Finding['level'], Cell>> = {
    ok: { text: 'ok', paint: colors.green },
    warning: { text: 'warning', paint: colors.yellow },
    failing: { text: 'FAILING', paint: colors.red },
    unknown: { text: 'unknown', paint: colors.dim },
  };
  const [, ...lines] = formatTable(
    ['', '', ''],
    findings.map(({ level, check, text }) => [words[level], check, text]),
  );
  const count = (wanted: Finding['level']): number => findings.filter(({ level }) => level === wanted).length;
  const summary = [
    count('failing') > 0 ? colors.red(`${count('failing')} failing`) : 'nothing essential is missing',
    ...(count('warning') > 0 ? [`${count('warning')} warning${count('warning') > 1 ? 's' : ''}`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} that only root can look at`] : []),
  ];
  return [
    ...lines.flatMap((line, index) => {
      const { mend } = findings[index]!;
      return mend === undefined ? [line] : [line, `         mend: ${mend}`];
    }),
    '',
    summary.join(', '),
  ];
}
