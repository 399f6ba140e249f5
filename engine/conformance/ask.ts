import type { Lab } from './lab.ts';
import { Blocked } from './rule.ts';
import type { Fault, Rule } from './rule.ts';

/** What became of a rule. */
export interface Answered {
  readonly rule: string;
  readonly summary: string;
  /** `open`: the fault of another rule is in the way. */
  readonly state: 'holds' | 'broken' | 'open' | 'not-asked';
  readonly evidence: readonly string[];
  readonly faults: readonly Fault[];
  /** What the platform lacks, or the rule that is in the way. */
  readonly because?: string;
  readonly seconds: number;
}

/** Asks a rule. What goes wrong in the asking is a fault of the rule's own, told as such. */
export async function ask({ name, summary, check }: Rule, lab: Lab): Promise<Answered> {
  const started = performance.now();
  const answered = (rest: Omit<Answered, 'rule' | 'summary' | 'seconds'>): Answered => ({
    rule: name,
    summary,
    seconds: Math.round(performance.now() - started) / 1000,
    ...rest,
  });
  try {
    const { evidence, faults, notAsked } = await check(lab);
    if (notAsked !== undefined) return answered({ state: 'not-asked', evidence, faults, because: notAsked });
    return answered({ state: faults.length === 0 ? 'holds' : 'broken', evidence, faults });
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    if (error.rule === name) return answered({ state: 'broken', evidence: [], faults: error.faults });
    return answered({ state: 'open', evidence: [], faults: error.faults, because: error.rule });
  }
}
