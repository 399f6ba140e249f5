/** One competitor's runs of one measurement, in the order in which they were made. */
export interface Figure {
  /** `LAN of 100`. */
  readonly subject: string;
  /** `up`, `down`, `peak memory`. */
  readonly what: string;
  readonly competitor: string;
  /** `%`: of one core. Without a unit: a number. */
  readonly unit: 'ms' | 'MB' | 'Mb/s' | '%' | '';
  readonly runs: readonly number[];
}

/** The competitor that the others are held against. */
export const PRODUCT = 'benito-pipeline';

/** The middle one; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}

/** The product against another, run by run: what they shared of the machine's load cancels out. */
export function pairedRatio(product: Figure, other: Figure): readonly number[] {
  return product.runs.map((value, index) => value / other.runs[index]!);
}
