import { setTimeout as sleep } from 'node:timers/promises';
import type { Competitor } from './competitor.ts';
import type { Figure } from './figures.ts';

/** What a competitor's `up` and `down` came to, in the order of the rounds. */
const WHATS = ['up returns', 'up, all answer', 'down'] as const;

/**
 * Lets competitors bring the same topology up and down in turn, `rounds` times, each round beginning with another: what
 * else goes on on the machine falls on all of them.
 */
export async function runRounds(
  subject: string,
  competitors: readonly Competitor[],
  rounds: number,
  tell: (line: string) => void,
): Promise<readonly Figure[]> {
  const runs = new Map(competitors.map((one) => [one, WHATS.map((): number[] => [])] as const));
  try {
    for (const one of competitors) await one.prepare?.();
    for (let round = 0; round < rounds; round += 1) {
      const turn = competitors.map((_, index) => competitors[(index + round) % competitors.length]!);
      for (const one of turn) {
        const times = await runOnce(one);
        times.forEach((ms, index) => runs.get(one)![index]!.push(ms));
        const said = WHATS.map((what, index) => `${what} ${times[index]!.toFixed(0)} ms`).join(', ');
        tell(`${subject}, round ${round + 1}, ${one.name}: ${said}`);
      }
    }
  } finally {
    for (const one of competitors) await one.clean();
  }
  return [...runs].flatMap(([{ name: competitor }, times]) =>
    WHATS.map((what, index): Figure => ({ subject, what, competitor, unit: 'ms', runs: times[index]! })),
  );
}

async function runOnce(one: Competitor): Promise<readonly number[]> {
  // The kernel is still busy with what the one before has deleted.
  await sleep(500);
  const started = performance.now();
  await one.up();
  const returned = performance.now();
  await one.answer();
  const answered = performance.now();
  await one.look?.();
  const ending = performance.now();
  await one.down();
  return [returned - started, answered - started, performance.now() - ending];
}
