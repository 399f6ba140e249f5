import type { Colors } from '../../report/colors.ts';
import { formatTable, wrapList } from '../table.ts';
import type { Cell } from '../table.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Outcome } from './outcome.ts';

export interface Look {
  /** Columns. */
  readonly width: number;
  readonly colors: Colors;
}

/** With more nodes than this, a matrix is no picture any more. */
const MOST_IN_MATRIX = 40;
const MOST_FAILURES = 20;

/** Who reaches whom: as a matrix, or for many nodes as a list of what fails. */
export function renderOutcome(outcome: Outcome, look: Look): readonly string[] {
  const { from, to } = outcome;
  const few = Math.max(from.length, to.length) <= MOST_IN_MATRIX;
  const lines = few ? [...(from.length === 1 ? column(outcome, look) : matrix(outcome, look)), ''] : [];
  return [...lines, ...failureLines(outcome, look), summary(outcome, look)];
}

function matrix(outcome: Outcome, look: Look): readonly string[] {
  const { from, to } = outcome;
  const numbered =
    widest(from) + to.reduce((sum, name) => sum + Math.max(2, name.length) + 2, 0) > look.width;
  const numbers = new Map([...new Set([...to, ...from])].map((name, index) => [name, String(index + 1)]));
  const rows = from.map((source): readonly Cell[] => [
    ...(numbered ? [numbers.get(source)!] : []),
    source,
    ...to.map((destination) => cellOf(outcome, source, destination, look.colors)),
  ]);
  const names = to.map((name) => (numbered ? numbers.get(name)! : name));
  const head = [...(numbered ? [''] : []), 'FROM \\ TO', ...names];
  const legend = [
    'ok: every address of the node answers',
    ...(outcome.failures.length > 0 ? ['2/3: two of its three addresses do not'] : []),
    ...(outcome.apart > 0 ? ['·: nothing connects the two, no answer is expected'] : []),
    ...(numbered ? ['columns: the numbers of the rows'] : []),
  ];
  return [...formatTable(head, rows), '', ...wrapList(legend.join(', '), look.width).map(look.colors.dim)];
}

/** The matrix of a single source, turned. */
function column(outcome: Outcome, { colors }: Look): readonly string[] {
  const [source] = outcome.from;
  const rows = outcome.to
    .filter((name) => name !== source)
    .map((name): readonly Cell[] => {
      const { asked, failed } = outcome.cell(source!, name) ?? { asked: 0, failed: 0 };
      const number = asked === 0 ? 'nothing connects the two' : `${asked - failed} of ${asked} addresses`;
      return [name, cellOf(outcome, source!, name, colors), number];
    });
  return formatTable(['TO', '', `FROM ${source}`], rows);
}

function widest(names: readonly string[]): number {
  return Math.max(9, ...names.map(({ length }) => length)) + 2;
}

function cellOf(outcome: Outcome, from: string, to: string, colors: Colors): Cell {
  if (from === to) return { text: '-', paint: colors.dim };
  const cell = outcome.cell(from, to);
  if (!cell) return { text: '·', paint: colors.dim };
  if (cell.asked === 0) return { text: ' ', paint: colors.dim };
  if (cell.failed === 0) return { text: 'ok', paint: colors.green };
  return { text: `${cell.failed}/${cell.asked}`, paint: colors.red };
}

/** By the address that fails: it is mostly one that fails for many. */
function failureLines({ failures }: Outcome, { colors, width }: Look): readonly string[] {
  if (failures.length === 0) return [];
  const byTarget = [...groupBy(failures, ({ target }) => `${target.node} ${target.address}`).values()];
  byTarget.sort((a, b) => b.length - a.length);
  const shown = byTarget.slice(0, MOST_FAILURES).map((group) => {
    const { node, address, interface: name, substrate } = group[0]!.target;
    const sources = group.map(({ from }) => from);
    const [list = '', ...rest] = wrapList(sources.join(', '), Math.max(30, width - 60));
    const more = rest.length > 0 ? ` ... (${sources.length} in all)` : '';
    return `  ${colors.red(address)} (${name} of ${node}, on ${substrate}) not from ${list}${more}`;
  });
  const more = byTarget.length - shown.length;
  return [
    'Unreachable:',
    ...shown,
    ...(more > 0 ? [`  and ${more} more addresses: --json has all`] : []),
    '',
  ];
}

function summary({ from, pairs, failures, apart }: Outcome, { colors }: Look): string {
  const asked = `${from.length === 1 ? `from ${from[0]}` : `${from.length} nodes`}, ${pairs} pairs of a node and an address`;
  const rest = apart > 0 ? `; ${apart} more that nothing connects` : '';
  if (failures.length === 0) return `${colors.green('all reachable')}: ${asked}${rest}`;
  return `${colors.red(`${failures.length} unreachable`)}: ${asked}${rest}`;
}
