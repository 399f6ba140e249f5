import { PRODUCT, median, pairedRatio } from './figures.ts';
import type { Figure } from './figures.ts';

/** Figures as an aligned table: medians, least and greatest, and the product against each other competitor. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.subject,
    figure.what,
    figure.competitor,
    `${amount(median(figure.runs))} ${figure.unit}`.trimEnd(),
    `${amount(Math.min(...figure.runs))}..${amount(Math.max(...figure.runs))}`,
    ratioTo(figure, figures),
  ]);
  const all = [['subject', 'what', 'who', 'median', 'min..max', 'product : this, per pair'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function ratioTo(figure: Figure, figures: readonly Figure[]): string {
  if (figure.competitor === PRODUCT) return '';
  const product = figures.find(
    ({ subject, what, competitor }) =>
      subject === figure.subject && what === figure.what && competitor === PRODUCT,
  );
  if (!product) return '';
  const ratios = pairedRatio(product, figure);
  const [least, middle, most] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((one) =>
    one.toFixed(2),
  );
  return `${middle} (${least}..${most})`;
}

function amount(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}
