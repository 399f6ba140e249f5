import { findCommand } from '../host/find-command.ts';
import { answerProbes } from '../host/probes.ts';
import type { Lack, Requirement } from '../platform/requirements.ts';

/** Which of a platform's requirements this host does not meet. Programs are looked for, not started; probes are. */
export async function examine(requirements: readonly Requirement[]): Promise<readonly Lack[]> {
  const programs = requirements.filter(({ probe }) => !probe);
  const missing = programs.filter(({ name }) => findCommand(name) === undefined);
  if (missing.length > 0) return missing;
  const probed = requirements.flatMap((one) => (one.probe ? [{ ...one, argv: one.probe }] : []));
  const answers = await answerProbes(probed.map(({ name, argv }) => ({ name, argv })));
  return requirements
    .filter(({ probe }) => probe)
    .flatMap((one, index): Lack[] => {
      const { status, stdout } = answers[index]!;
      if (status === 0) return [];
      const reason =
        stdout.trimEnd().split('\n').at(-1) || `${one.probe!.join(' ')} ended with status ${status}`;
      return [{ ...one, reason }];
    });
}
