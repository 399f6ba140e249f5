/** A place in a file that the user can open. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake, told so that its owner can mend it. */
export interface Problem {
  /** Stable, kebab-case: `unknown-substrate`. */
  readonly code: string;
  /** What is wrong, naming the offending value and element. */
  readonly message: string;
  readonly place?: Place;
  /** What would work. */
  readonly hint?: string;
}

/**
 * An error that is the user's to mend: printed without a stack, all its problems together.
 * Anything else that is thrown is a fault of the program.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly Problem[];
  /** The command's exit code. */
  readonly exitCode: number;

  constructor(problems: Problem | readonly Problem[], options: { cause?: unknown; exitCode?: number } = {}) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(formatProblem).join('\n'), { cause: options.cause });
    this.problems = list;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** True for a `UserError`, whichever copy of this module or realm it came from. */
export function isUserError(error: unknown): error is UserError {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'UserError';
}

/** `file:line:column: message` and, on a line of its own, the hint. */
export function formatProblem(problem: Problem): string {
  const { place, message, hint } = problem;
  const where = place
    ? `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(':')}: `
    : '';
  return hint ? `${where}${message}\n  hint: ${hint}` : `${where}${message}`;
}
