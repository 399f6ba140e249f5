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

/** Figures that grow by a run at a time; each run is told. */
export class FigureBook {
  private readonly figures = new Map<string, Figure & { runs: number[] }>();
  private readonly tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.tell = tell;
  }

  note(subject: string, what: string, unit: Figure['unit'], value: number): void {
    const key = `${subject} ${what}`;
    const figure = this.figures.get(key) ?? { subject, what, competitor: PRODUCT, unit, runs: [] };
    figure.runs.push(value);
    this.figures.set(key, figure);
    this.tell(`${subject}, ${what}: ${value.toFixed(2)} ${unit}`);
  }

  all(): readonly Figure[] {
    return [...this.figures.values()];
  }
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
