import type { Emit } from '../run/events.ts';

/** Writes every event as one line of JSON, with the seconds since the first one. */
export function jsonReporter(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): Emit {
  let start: number | undefined;
  return (event) => {
    start ??= now();
    write(JSON.stringify({ ...event, seconds: Math.round(now() - start) / 1000 }));
  };
}
