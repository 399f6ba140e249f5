import type { Fault } from './rule.ts';

/** Faults for people: what was seen, a line each, and below those that are mended alike what is to be done. */
export function faultLines(faults: readonly Fault[]): readonly string[] {
  const mends = [...new Set(faults.map(({ mend }) => mend))];
  return mends.flatMap((mend) => {
    const seen = faults.filter((one) => one.mend === mend).map(({ what }) => `- ${what}`);
    const shown = seen.slice(0, MOST);
    const more = seen.length > MOST ? [`- and ${seen.length - MOST} more: --json has all`] : [];
    return [...shown, ...more, `  to mend: ${mend}`];
  });
}

const MOST = 8;
