import type { Io } from './io.ts';

/** What commander has made of a command line: arguments in order, options by their long name in camel case. */
export interface Parsed {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** One command of the program: what help says of it, and how it is run. Its code is loaded when it is. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** More than one line's worth, for its own help. */
  readonly about?: string;
  /** As commander writes them (`<needed>`, `[optional]`, `<several...>`), with their explanation. */
  readonly arguments?: readonly (readonly [string, string])[];
  readonly options?: readonly OptionRow[];
  /** Command line without the program's name, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Instead of the usual exit codes. */
  readonly exits?: readonly (readonly [string, string])[];
  /** Not about one experiment: `--var` and `-e` are taken, and mean nothing. */
  readonly untargeted?: boolean;
  /** Words behind the first argument are the command's own, options or not. */
  readonly passThrough?: boolean;
  run(parsed: Parsed, io: Io): Promise<number>;
}

export interface OptionRow {
  readonly flags: string;
  readonly text: string;
  /**
   * `list`: may be given again; `pairs`: KEY=VALUE, may be given again; `number`: at least zero; `count`: a whole number of at
   * least one; `passes`: PASS:COUNT and `pass-list`: PASS, with commas between several, may be given again.
   */
  readonly takes?: 'list' | 'pairs' | 'number' | 'count' | 'passes' | 'pass-list';
}

/** Exit codes of most commands. */
export const USUAL_EXITS: CommandRow['exits'] & object = [
  ['0', 'all is well'],
  ['1', 'something failed or is wrong; it is said what'],
  ['2', 'the command line is wrong'],
];

/** Of commands that change the host. */
export const RUN_EXITS: CommandRow['exits'] & object = [
  ['0', 'done, or nothing to do'],
  ['1', 'something failed; it is said what, and how to go on'],
  ['2', 'the command line is wrong'],
  ['130', 'interrupted by Ctrl-C, when what ran had ended'],
];
