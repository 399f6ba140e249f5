import { type Misread, parseDelay, parseRate } from '../model/units.ts';
import { type Findings, findings } from '../topdl/findings.ts';
import { locator } from '../topdl/locator.ts';
import { type Suggest, suggester } from '../topdl/suggest.ts';
import type { GraphEdge, GraphNode, ImportedGraph } from './graph.ts';
import { note } from './note.ts';

/** A word of a line, and where in the text it stands. */
interface Word {
  readonly text: string;
  readonly offset: number;
}

const ROUTER_LINE = 'NAME, and perhaps comment, y and x position';
const LINK_LINE = 'two routers, and perhaps bandwidth, metric, delay and queue length';

/**
 * Reads an annotated Rocketfuel map, as simulators take it: a section `router` with a router a line, and a section
 * `link` with two routers a line and what is known of the link (`53551785bps 1 7208us 1522`). `#` begins a line that
 * is a remark. Positions are those of a drawing, and not on the earth. A router that is listed again is the same one.
 *
 * @throws UserError with everything that is wrong in the file, by line.
 */
export function readRocketfuel(text: string, file: string): ImportedGraph {
  const found = findings(locator(text, file));
  const nodes = new Map<string, GraphNode>();
  const repeated: string[] = [];
  const edges: GraphEdge[] = [];
  const suggest = suggester();
  let section: 'router' | 'link' | undefined;
  for (const words of lines(text)) {
    const [first] = words;
    if (words.length === 1 && (first!.text === 'router' || first!.text === 'link')) {
      section = first!.text;
    } else if (section === 'router') {
      checkLength(words, 1, 4, ROUTER_LINE, found);
      const { text: id } = first!;
      if (nodes.has(id)) repeated.push(id);
      else nodes.set(id, { id, label: id, hub: false });
    } else if (section === 'link') {
      const edge = readLink(words, nodes, suggest, found);
      if (edge) edges.push(edge);
    } else {
      const hint = 'a line with the word router comes before the routers, one with link before the links';
      found.add(first!.offset, 'no-section', 'this line stands before any section', hint);
      found.throwIfAny();
    }
  }
  found.throwIfAny();
  return {
    form: 'rocketfuel',
    nodes: [...nodes.values()],
    edges,
    notes: note('repeated-routers', 'routers that are listed again, taken for the same', repeated),
  };
}

function readLink(
  words: readonly Word[],
  nodes: ReadonlyMap<string, GraphNode>,
  suggest: Suggest,
  found: Findings,
): GraphEdge | undefined {
  if (!checkLength(words, 2, 6, LINK_LINE, found)) return undefined;
  const [source, target, bandwidth, metric, delay, queue] = words;
  for (const end of [source!, target!]) {
    if (nodes.has(end.text)) continue;
    const hint =
      nodes.size === 0 ? 'list it in the section router' : `known: ${suggest(end.text, [...nodes.keys()])}`;
    found.add(end.offset, 'unknown-node', `the router "${end.text}" does not exist`, hint);
  }
  const rate = bandwidth && amount(bandwidth, 'bad-rate', parseRate, found);
  const time = delay && amount(delay, 'bad-delay', parseDelay, found);
  for (const whole of [metric, queue]) {
    if (whole && !/^\d+$/.test(whole.text))
      found.add(whole.offset, 'bad-number', `"${whole.text}" is not a whole number`, LINK_LINE);
  }
  return {
    source: source!.text,
    target: target!.text,
    ...(rate === undefined ? {} : { rate, rateFrom: 'file' as const }),
    ...(time === undefined ? {} : { delay: time }),
    attributes: [
      ...(metric ? [{ name: 'import:metric', value: metric.text }] : []),
      ...(queue ? [{ name: 'import:queue', value: queue.text }] : []),
    ],
  };
}

function amount(
  word: Word,
  code: string,
  parse: (text: string) => number | Misread,
  found: Findings,
): number | undefined {
  const value = parse(word.text);
  if (typeof value === 'number') return value;
  found.add(word.offset, code, value.message, value.hint);
  return undefined;
}

function checkLength(
  words: readonly Word[],
  least: number,
  most: number,
  wanted: string,
  found: Findings,
): boolean {
  if (words.length >= least && words.length <= most) return true;
  const message = `there ${words.length === 1 ? 'is one word' : `are ${words.length} words`} in this line`;
  found.add(words[0]!.offset, 'bad-line', message, `it takes ${wanted}`);
  return false;
}

/** The words of each line that has any and is no remark. */
function* lines(text: string): Generator<readonly Word[]> {
  for (const { 0: line, index } of text.matchAll(/^[^\r\n]+/gm)) {
    if (/^\s*#/.test(line)) continue;
    const words = [...line.matchAll(/\S+/g)].map((word) => ({ text: word[0], offset: index + word.index }));
    if (words.length > 0) yield words;
  }
}
