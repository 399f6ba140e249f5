import { UserError } from '../model/problem.ts';
import type { ImportedGraph } from './graph.ts';
import { readGraphml } from './graphml.ts';
import { readRocketfuel } from './rocketfuel.ts';

/** What other files of networks look like, so that the error can say what was met. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^\s*(?:#[^\n]*\n|Creator[^\n]*\n|\s)*graph\s*\[/, 'GML'],
  [/^\s*(?:strict\s+)?(?:di)?graph\b[^\n]*\{/, 'DOT'],
  [/^\s*[{[]/, 'JSON'],
  [/^\s*-?\d+ @/, 'a raw Rocketfuel map (cch)'],
  [
    /^\s*\S+ \S+ \d+(?:\.\d+)?[ \t]*\r?\n/,
    'a list of links with one number each, as Rocketfuel has weights and latencies',
  ],
];

/**
 * Reads a network, whatever form it has: GraphML, or an annotated Rocketfuel map. The content decides, not the name.
 *
 * @throws UserError with everything that is wrong in the file, or if its form is not known.
 */
export function readGraph(source: string, file: string): ImportedGraph {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  if (/^\s*</.test(text)) return readGraphml(text, file);
  if (/^[ \t]*(?:router|link)[ \t]*$/m.test(text)) return readRocketfuel(text, file);
  const met = OTHERS.find(([pattern]) => pattern.test(text))?.[1];
  throw new UserError({
    code: 'unknown-form',
    message:
      text.trim() === ''
        ? 'the file is empty'
        : `this is no network of a form that is known${met ? `: it looks like ${met}` : ''}`,
    place: { file, line: 1, column: 1 },
    hint: 'known: GraphML, as of the Internet Topology Zoo, and annotated Rocketfuel maps (sections router and link)',
  });
}
