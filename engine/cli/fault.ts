import { formatProblem, isUserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { Colors } from '../report/colors.ts';
import { EXIT_FAULT } from './exit-codes.ts';

/** How a command that threw is told and ended. */
export interface Fault {
  readonly lines: readonly string[];
  readonly problems: readonly Problem[];
  readonly exitCode: number;
}

/** What the system refuses is for the user to mend; the words are of errno(3). */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this host',
  ENOMEM: 'not enough memory',
};

/** The user's mistakes with all their places and hints; anything else as a fault of the program, with its stack. */
export function explainFault(error: unknown, colors: Colors): Fault {
  if (isUserError(error)) return told(error.problems, error.exitCode, colors);
  const { code, path, syscall, message, stack } = error as NodeJS.ErrnoException;
  const refusal = code === undefined ? undefined : REFUSALS[code];
  if (refusal !== undefined) {
    const problem: Problem = {
      code: `system-${code!.toLowerCase()}`,
      message: `${syscall ?? 'a system call'}: ${refusal}`,
      ...(path !== undefined && { place: { file: path } }),
    };
    return told([problem], 1, colors);
  }
  const what = typeof message === 'string' ? message : String(error);
  return {
    lines: [
      `${colors.red('This is a fault of benito-pipeline, not of your input:')} ${what}`,
      ...(stack ?? '').split('\n').slice(1),
      'What was done is in the journal: `benito-pipeline down` clears it. Please report the lines above.',
    ],
    problems: [{ code: 'fault', message: what }],
    exitCode: EXIT_FAULT,
  };
}

function told(problems: readonly Problem[], exitCode: number, colors: Colors): Fault {
  const lines = problems.flatMap((problem) => {
    const { hint, ...rest } = problem;
    return [formatProblem(rest), ...(hint === undefined ? [] : [colors.dim(`  hint: ${hint}`)])];
  });
  return { lines, problems, exitCode };
}
