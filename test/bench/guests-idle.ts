import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../system/_host.ts';
import { onHost } from './command.ts';
import type { Competitor } from './competitor.ts';
import type { Figure } from './figures.ts';

/** For how long idle guests are watched, and how long they are left alone before, in ms. */
const WATCHED = 10_000;
const LEFT_ALONE = 3_000;
/** Clock ticks a second in /proc (USER_HZ). */
const TICKS = 100;

/** What idle guests take of the host. */
const WHATS = {
  pss: ['PSS of a guest', 'MB'],
  used: ["host's memory, a guest", 'MB'],
  cpu: ['CPU, an idle guest', '%'],
  fit: ['guests that fit', ''],
} as const;

/** A competitor whose guests are looked at while they are up. */
export interface WatchedCompetitor extends Competitor {
  /** What was seen, in the order of the rounds. */
  figures(subject: string): readonly Figure[];
}

/**
 * Has idle guests looked at in each round. Of what guests share, its PSS counts each one's part: the more there are, the
 * less. `used` is how much less memory is available than before they came up, all that belongs to the experiment included;
 * `fit` what was available before, by the PSS of one.
 * @param pidFiles of their QEMUs, on `host`.
 */
export function watched(competitor: Competitor, host: Host, pidFiles: readonly string[]): WatchedCompetitor {
  const seen: Record<keyof typeof WHATS, number>[] = [];
  let before = 0;
  return {
    ...competitor,
    async up() {
      before = availableMb();
      await competitor.up();
    },
    async look() {
      await sleep(LEFT_ALONE);
      const pids = (await catOf(host, pidFiles)).split('\n').filter(Boolean);
      const started = performance.now();
      const ticksBefore = await ticksOf(host, pids);
      await sleep(WATCHED);
      const ticks = (await ticksOf(host, pids)) - ticksBefore;
      const seconds = (performance.now() - started) / 1000;
      const pss = (await pssMbOf(host, pids)) / pids.length;
      seen.push({
        pss,
        used: (before - availableMb()) / pids.length,
        cpu: (100 * ticks) / TICKS / seconds / pids.length,
        fit: Math.floor(before / pss),
      });
    },
    figures: (subject) =>
      Object.entries(WHATS).map(([key, [what, unit]]) => ({
        subject,
        what,
        competitor: competitor.name,
        unit,
        runs: seen.map((one) => one[key as keyof typeof WHATS]),
      })),
  };
}

/** What new programs can have of this machine's memory without swapping, in MB. */
function availableMb(): number {
  return Number(/^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) / 1024;
}

/** User and system time that processes have taken, in clock ticks. */
async function ticksOf(host: Host, pids: readonly string[]): Promise<number> {
  const stats = await catOf(
    host,
    pids.map((pid) => `/proc/${pid}/stat`),
  );
  // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
  return sum(
    stats
      .trimEnd()
      .split('\n')
      .flatMap((line) =>
        line
          .slice(line.lastIndexOf(')') + 2)
          .split(' ')
          .slice(11, 13)
          .map(Number),
      ),
  );
}

async function pssMbOf(host: Host, pids: readonly string[]): Promise<number> {
  const text = await catOf(
    host,
    pids.map((pid) => `/proc/${pid}/smaps_rollup`),
  );
  return sum([...text.matchAll(/^Pss: +(\d+) kB$/gm)].map(([, kb]) => Number(kb))) / 1024;
}

async function catOf(host: Host, files: readonly string[]): Promise<string> {
  return (await onHost(host, ['cat', ...files])).stdout;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
