import type { Answers } from './answers.ts';
import type { Expectation, Target } from './targets.ts';

/** What became of the pairs that were asked. A pair is a node and an address of another one. */
export interface Outcome {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly pairs: number;
  readonly failures: readonly Failed[];
  /** Pairs that nothing connects: not expected, not asked. */
  readonly apart: number;
  /** Failing and asked addresses by source and destination; undefined for those that are apart. */
  cell(from: string, to: string): { readonly failed: number; readonly asked: number } | undefined;
}

export interface Failed {
  readonly from: string;
  readonly target: Target;
}

/** Holds what answered against what was to. Sources without answers of any kind could not ask. */
export function judge(
  expectation: Expectation,
  answers: ReadonlyMap<string, Answers>,
  { from, to }: { readonly from: readonly string[]; readonly to: readonly string[] },
): Outcome {
  const failures: Failed[] = [];
  const cells = new Map<string, { failed: number; asked: number }>();
  let pairs = 0;
  let apart = 0;
  for (const source of from) {
    const answered = answers.get(source);
    for (const destination of to) {
      if (destination === source) continue;
      const targets = expectation.targets.get(destination)!;
      if (!expectation.together(source, destination)) {
        apart += targets.length;
        continue;
      }
      const lost = targets.filter(({ address }) => !answered?.has(address));
      for (const target of lost) failures.push({ from: source, target });
      cells.set(`${source} ${destination}`, { failed: lost.length, asked: targets.length });
      pairs += targets.length;
    }
  }
  return { from, to, pairs, failures, apart, cell: (a, b) => cells.get(`${a} ${b}`) };
}
