import type { Lab } from './lab.ts';

/** Something that must hold of every platform, and how it is found out. */
export interface Rule {
  /** Kebab-case: what `--rule` takes. */
  readonly name: string;
  /** One line: what must hold. */
  readonly summary: string;
  /** It judges by scans of the host, which cost too much where nobody looks at them. */
  readonly scans?: true;
  /**
   * Does something to the platform's nodes and looks. Leaves the lab as it found it, or down.
   * @throws Blocked where another rule's fault is in the way.
   */
  check(lab: Lab): Promise<Verdict>;
}

/** What a rule came to: it holds where there are no faults. */
export interface Verdict {
  /** What was done and what was seen, a line each. */
  readonly evidence: readonly string[];
  readonly faults: readonly Fault[];
  /** Why it was not asked: what the platform says that it lacks. */
  readonly notAsked?: string;
}

/** Something that is not as it must be. */
export interface Fault {
  /** What was seen, naming stage, effect or node. */
  readonly what: string;
  /** What the platform's author is to do. */
  readonly mend: string;
}

/** What a rule needs could not be had, and another rule tells why. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly rule: string;
  readonly faults: readonly Fault[];

  constructor(rule: string, faults: readonly Fault[]) {
    super(`blocked by ${rule}`);
    this.rule = rule;
    this.faults = faults;
  }
}
