/** Milliseconds by address, of those that answered. */
export type Answers = ReadonlyMap<string, number>;

/** Reads `fping -e`: `10.0.0.2 is alive (0.75 ms)`. Silence and errors of any kind are no answer. */
export function readFping(stdout: string): Answers {
  const found = stdout.matchAll(/^(\d+\.\d+\.\d+\.\d+) is alive \(([\d.]+) ms\)$/gm);
  return new Map([...found].map(([, address, ms]) => [address!, Number(ms)]));
}

/** Reads `fping -q -C N`: `10.0.0.2 : 0.75 - 0.31`; null for each that was not answered. */
export function readFpingCounts(stderr: string): ReadonlyMap<string, readonly (number | null)[]> {
  const found = stderr.matchAll(/^(\d+\.\d+\.\d+\.\d+)\s+:((?: (?:[\d.]+|-))+)$/gm);
  return new Map(
    [...found].map(([, address, values]) => [
      address!,
      values!
        .trim()
        .split(' ')
        .map((value) => (value === '-' ? null : Number(value))),
    ]),
  );
}

/** Reads what the asking script printed: the answers of each address, null for each that did not come. */
export function readAsked(stdout: string): ReadonlyMap<string, readonly (number | null)[]> {
  const found = new Map<string, (number | null)[]>();
  for (const [, address, value] of stdout.matchAll(/^(\d+\.\d+\.\d+\.\d+) ([\d.]+|-)$/gm)) {
    const values = found.get(address!) ?? [];
    values.push(value === '-' ? null : Number(value));
    found.set(address!, values);
  }
  return found;
}
