import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { readGraph } from '../../import/read-graph.ts';
import { toTopology } from '../../import/to-topology.ts';
import type { Imported } from '../../import/to-topology.ts';
import type { ImportNote } from '../../import/graph.ts';
import type { Origins } from '../../import/values.ts';
import { UserError } from '../../model/problem.ts';
import type { Misread } from '../../model/units.ts';
import { parseDelay, parseRate } from '../../model/units.ts';
import { writeTopdl } from '../../topdl/write.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface ImportCommandOptions {
  readonly out?: string;
  /** With its unit, as all of them. */
  readonly delay?: string;
  readonly rate?: string;
  readonly platform?: string;
}

/** How many items of a note are told where people read; `--json` has all. */
const TOLD = 6;

/**
 * `import FILE`: writes the network of FILE as TopDL, and tells what became of it.
 * @throws UserError with everything that is wrong in the file.
 */
export async function importFile(file: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const { out, platform } = options;
  const delay = readOption('--delay', options.delay, parseDelay);
  const rate = readOption('--rate', options.rate, parseRate);
  if (platform !== undefined && !/^[A-Za-z0-9_-]+$/.test(platform))
    throw usage('bad-platform', `--platform: "${platform}" is no name of a platform`, 'such as process');
  const source = readSource(file, out);
  const graph = readGraph(source, file);
  const imported = toTopology(graph, {
    ...(delay !== undefined && { delay }),
    ...(rate !== undefined && { rate }),
    ...(platform !== undefined && { platform }),
  });
  const { topology, ...figures } = imported;
  const topdl = writeTopdl(topology, { layout: 'indented' });
  if (out !== undefined) write(out, topdl);
  if (io.asJson) {
    io.json({ file, form: graph.form, ...figures, ...(out === undefined ? { topdl } : { out }) });
    return 0;
  }
  if (out === undefined) io.print(topdl.trimEnd());
  const tell = out === undefined ? io.aside : io.print;
  summary(file, imported, out).forEach(tell);
  for (const note of imported.notes) tell(noteText(note));
  return 0;
}

function readOption(
  flag: string,
  text: string | undefined,
  parse: (text: string) => number | Misread,
): number | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (typeof value === 'number') return value;
  throw usage('bad-amount', `${flag}: ${value.message}`, value.hint);
}

function usage(code: string, message: string, hint: string): UserError {
  return new UserError({ code, message, hint }, { exitCode: EXIT_USAGE });
}

function readSource(file: string, out: string | undefined): string {
  const hint = 'FILE is GraphML, as of the Internet Topology Zoo, or an annotated Rocketfuel map';
  if (!existsSync(file))
    throw new UserError({ code: 'no-such-file', message: `there is no file ${file}`, hint });
  if (statSync(file).isDirectory())
    throw new UserError({ code: 'not-a-file', message: `${file} is a directory`, hint });
  if (out !== undefined && existsSync(out) && realpathSync(out) === realpathSync(file))
    throw usage('same-file', `--out ${out} is the file that is imported`, 'name another, ending in .xml');
  return readFileSync(file, 'utf8');
}

function write(out: string, topdl: string): void {
  try {
    writeFileSync(out, topdl);
  } catch (error) {
    throw new UserError({
      code: 'not-written',
      message: `the experiment cannot be written: ${(error as Error).message}`,
      place: { file: out },
      hint: 'name a file in a directory that is there and that you may write',
    });
  }
}

function summary(file: string, imported: Imported, out: string | undefined): readonly string[] {
  const { nodes, links, lans, parts, rates, delays } = imported;
  return [
    `imported: ${file}${out === undefined ? '' : `, as ${out}`}`,
    `  ${count(nodes, 'node')}, ${count(links, 'link')}, ${count(lans, 'LAN')}${parts > 1 ? `, in ${parts} parts` : ''}`,
    `  capacities: ${originText(rates, 'rate')}`,
    `  delays: ${originText(delays, 'delay')}`,
  ];
}

function originText({ file, label, distance, option, none }: Origins, flag: string): string {
  const parts = [
    file > 0 && `${file} from the file`,
    label > 0 && `${label} from labels`,
    distance > 0 && `${distance} by distance`,
    option > 0 && `${option} by --${flag}`,
    none > 0 && `${none} unknown, for want of --${flag}`,
  ].filter((part) => part !== false);
  return parts.join(', ') || 'none';
}

function noteText({ message, items }: ImportNote): string {
  const more = items.length - TOLD;
  const told = items.slice(0, more > 1 ? TOLD : items.length).join('; ');
  return `  note: ${message} (${items.length}): ${told}${more > 1 ? `; and ${more} more` : ''}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
