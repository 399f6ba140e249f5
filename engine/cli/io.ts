import type { Colors } from '../report/colors.ts';
import type { Emit } from '../run/events.ts';

/** Where a command's words go. */
export interface Io {
  /** Events of a run. */
  readonly emit: Emit;
  /** A line of the command's answer. */
  print(line: string): void;
  /** A line about the answer that is no part of it, on stderr: where the answer itself is a file. */
  aside(line: string): void;
  /** The command's answer as one JSON value, for `--json`. */
  json(value: unknown): void;
  readonly asJson: boolean;
  /** Ways to set off text in what is printed: the identity where colours are not wanted. */
  readonly colors?: Colors;
}
