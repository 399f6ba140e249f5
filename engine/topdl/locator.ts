import type { Place } from '../model/problem.ts';

/** Turns offsets in one text into places. */
export interface Locator {
  /** Line and column count from 1; a column is a UTF-16 code unit. */
  at(offset: number): Place;
  /** The file as a whole. */
  readonly file: string;
}

/** A locator for `text`; looks for line ends only when the first place is asked for. */
export function locator(text: string, file: string): Locator {
  let starts: readonly number[] | undefined;
  return {
    file,
    at(offset) {
      starts ??= lineStarts(text);
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle;
      }
      return { file, line: low + 1, column: offset - starts[low]! + 1 };
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
