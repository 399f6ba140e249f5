import { type Problem, UserError } from '../model/problem.ts';
import type { Locator } from './locator.ts';

/** Collects the mistakes of one document, so that its owner learns of all of them at once. */
export interface Findings {
  /** `offset` is where in the text the mistake stands. */
  add(offset: number, code: string, message: string, hint?: string): void;
  /** Throws a `UserError` with everything found, in document order; does nothing if that is nothing. */
  throwIfAny(): void;
}

/** An empty collection for the document that `locator` knows. */
export function findings(locator: Locator): Findings {
  const found: { readonly offset: number; readonly problem: Omit<Problem, 'place'> }[] = [];
  return {
    add(offset, code, message, hint) {
      found.push({ offset, problem: { code, message, ...(hint === undefined ? {} : { hint }) } });
    },
    throwIfAny() {
      if (found.length === 0) return;
      const sorted = [...found].sort((a, b) => a.offset - b.offset);
      throw new UserError(sorted.map(({ offset, problem }) => ({ ...problem, place: locator.at(offset) })));
    },
  };
}
