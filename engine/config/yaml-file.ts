import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { UserError } from '../model/problem.ts';

/** What a YAML file holds, and where. */
export interface YamlFile {
  readonly value: unknown;
  /** The line of a member; of what should hold it, where it is missing. */
  lineOf(path: readonly (string | number)[]): number | undefined;
}

/**
 * Reads a YAML file.
 * @throws UserError naming line and column where it is not YAML.
 */
export function readYaml(file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new UserError(
      document.errors.map((error) => ({
        code: 'bad-yaml',
        message: error.message.split('\n')[0]!,
        place: { file, ...(error.linePos && { line: error.linePos[0].line, column: error.linePos[0].col }) },
      })),
    );
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    lineOf(path) {
      for (let at = path; at.length > 0; at = at.slice(0, -1)) {
        const node = document.getIn(at, true) as { range?: [number, number, number] } | undefined;
        if (node?.range) return lines.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}
