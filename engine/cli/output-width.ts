/** Columns that text for stdout may take: the terminal's, 110 elsewhere. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.max(60, process.stdout.columns) : 110;
}
