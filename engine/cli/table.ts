/** A cell: its text, and how it is coloured once it has been aligned. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface TableOptions {
  /** The last column's words (separated by `, `) are wrapped to this width of the whole table; never unless said. */
  readonly width?: number;
  /** Columns, from 0, that are aligned to the right. */
  readonly right?: readonly number[];
}

/** Lines with aligned columns, two spaces apart; wide characters count as two. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((row) => displayWidth(textOf(row[column] ?? '')))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  return all.flatMap((row) => {
    const room = Math.max(20, (options.width ?? Infinity) - before);
    const [first = '', ...rest] = wrapList(textOf(row.at(-1) ?? ''), room);
    const last = row.at(-1) ?? '';
    const shown = [...row.slice(0, -1), typeof last === 'string' ? first : { ...last, text: first }];
    const line = shown.map((cell, column) =>
      align(cell, widths[column]!, options.right?.includes(column) ?? false),
    );
    return [line.join('  ').trimEnd(), ...rest.map((more) => ' '.repeat(before) + more)];
  });
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) if (!ZERO.test(character)) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** A list `a, b, c` in as many lines as it needs. */
export function wrapList(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(', ')) {
    const longer = line === '' ? word : `${line}, ${word}`;
    if (line !== '' && displayWidth(longer) + 1 > room) {
      lines.push(`${line},`);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

const ZERO = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function align(cell: Cell, width: number, right: boolean): string {
  const text = textOf(cell);
  const gap = ' '.repeat(Math.max(0, width - displayWidth(text)));
  const painted = typeof cell === 'string' ? text : cell.paint(text);
  return right ? gap + painted : painted + gap;
}
