import { readFileSync } from 'node:fs';
import { structuredPatch } from 'diff';
import type { FileSpec } from '../stage/effects.ts';

/** How a file will differ from what is on disk. */
export interface FileDiff {
  readonly path: string;
  /** There is none yet. */
  readonly created: boolean;
  /** Lines of a unified diff, hunk headers included, without the file header. */
  readonly lines: readonly string[];
  /** One long line of XML is shown a tag a line. */
  readonly unfolded: boolean;
}

/** Beyond this many changed lines a diff says no more than both texts would. */
const MOST_CHANGES = 2000;
const LONG_LINE = 1000;

/** The unified diff between a file on disk and what it is to be; undefined where they are the same. */
export function diffWithDisk(spec: FileSpec): FileDiff | undefined {
  const { path, content } = spec;
  const before = readIfThere(path);
  if (before === content) return undefined;
  const unfolded = [before ?? '', content].some((text) => isOneLongTag(text));
  const show = (text: string): string => (unfolded ? text.replaceAll('><', '>\n<') : text);
  const lines =
    before === undefined
      ? linesOf(show(content)).map((line) => `+${line}`)
      : changes(show(before), show(content));
  return { path, created: before === undefined, lines, unfolded };
}

function changes(before: string, after: string): readonly string[] {
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength: MOST_CHANGES });
  if (!patch)
    return [...linesOf(before).map((line) => `-${line}`), ...linesOf(after).map((line) => `+${line}`)];
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function isOneLongTag(text: string): boolean {
  return text.startsWith('<') && text.split('\n', 3).some((line) => line.length > LONG_LINE);
}

/** What others may not read counts as not there: the plan is made all the same. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
