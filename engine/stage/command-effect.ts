import type { Effect } from '../model/effect.ts';
import { UserError } from '../model/problem.ts';
import type { ProcessSpec } from './effects.ts';

/** Commands are argv only, and may be run again on what is half made, or half unmade: they have to put up with that. */
export interface CommandSpec {
  /** Exit status 0 means that it is there. */
  readonly observe?: readonly string[];
  /** Names of the process effects for whose incarnations it is made. */
  readonly of?: readonly string[];
  readonly make: readonly string[];
  readonly unmake?: readonly string[];
  /** What `make`, and `unmake`, may take; default 60. */
  readonly seconds?: number;
  /** For messages: what this is. */
  readonly label?: string;
}

export type CommandInput = ObservedCommand | BoundCommand;

interface NamedCommand extends Pick<CommandSpec, 'make' | 'seconds' | 'label'> {
  /** Stable from run to run, and unique on the host. */
  readonly identity: string;
}

/** A change that can be seen. */
export interface ObservedCommand extends NamedCommand {
  readonly observe: readonly string[];
  readonly unmake: readonly string[];
  readonly of?: undefined;
}

/**
 * A change inside of running processes, such as a device plugged into one: it is there as long as the very processes
 * live that it was made for. When one of them is started anew it is unmade and made; `unmake` is run only where
 * another of them lives on, and may fail then.
 */
export interface BoundCommand extends NamedCommand {
  readonly of: readonly Effect<ProcessSpec>[];
  readonly unmake?: readonly string[];
  readonly observe?: undefined;
}

/**
 * The parts of a command effect.
 * @throws UserError where it does not have exactly one of `observe` and `of`.
 */
export function commandParts({ identity, observe, of, unmake, ...rest }: CommandInput): {
  readonly spec: CommandSpec;
  readonly diesWith: readonly Effect<ProcessSpec>[];
} {
  if (observe && of) throw badCommand(identity, "has both 'observe' and 'of'");
  if (observe) {
    if (!unmake) throw badCommand(identity, "is observed, and lacks 'unmake'");
    return { spec: { observe, ...rest, unmake }, diesWith: [] };
  }
  if (!of?.length) throw badCommand(identity, "has neither 'observe' nor processes that it is 'of'");
  const names = of.map(({ name }) => name);
  return { spec: { of: names, ...rest, ...(unmake && { unmake }) }, diesWith: of };
}

function badCommand(identity: string, what: string): UserError {
  return new UserError({
    code: 'bad-command-effect',
    message: `effect.command '${identity}' ${what}`,
    hint: 'give { observe, make, unmake } for what can be seen, or { of: [process effects], make } for what lives in processes',
  });
}
