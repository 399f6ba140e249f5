import { relative } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { runProgram } from '../../host/run-program.ts';
import { orderAll } from '../../plan/order-all.ts';
import type { Discovery, Phase } from '../../stage/discover.ts';
import { discoverStages, stageFolders } from '../../stage/discover.ts';
import type { Io } from '../io.ts';
import type { PlanOptions } from '../plan-options.ts';
import type { StageRow } from '../stages-of-experiment.ts';

const PHASES: readonly Phase[] = ['setup', 'launch'];

/** `stages [EXPERIMENT]`: what would run, in which order, from which file, needing and providing what. */
export async function stages(file: string | undefined, options: PlanOptions, io: Io): Promise<number> {
  const folders = stageFolders(packageRoot(), options.stages);
  const found = discoverStages(folders, { asRoot: process.getuid?.() === 0 });
  const rows = file === undefined ? await allRows(found) : await rowsOf(file, options, found);
  if (io.asJson) io.json({ stages: rows, masked: found.masked, folders });
  else print(rows, found.masked, io);
  return 0;
}

/** Every stage of every platform, from what they declare. */
async function allRows({ stages: files }: Discovery): Promise<readonly StageRow[]> {
  const ordered = await orderAll(files, PHASES, runProgram);
  return ordered.map(({ name, file, replaces, definition }) => {
    const { summary, needs = [], provides = [] } = definition;
    return { name, file, summary, needs, provides, replaces };
  });
}

/** What reads experiments is loaded for those who name one. */
async function rowsOf(file: string, options: PlanOptions, found: Discovery): Promise<readonly StageRow[]> {
  return (await import('../stages-of-experiment.ts')).stagesOfExperiment(file, options, found);
}

function print(rows: readonly StageRow[], masked: Discovery['masked'], { print: write, colors }: Io): void {
  const bold = colors?.bold ?? String;
  const dim = colors?.dim ?? String;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const list = (names: readonly string[]): string => (names.length === 0 ? '-' : names.join(', '));
  const indent = ' '.repeat(width + 6);
  rows.forEach(({ name, file, summary, needs, provides, replaces, skipped }, index) => {
    write(`${String(index + 1).padStart(3)}  ${bold(name.padEnd(width))} ${summary}`);
    if (skipped !== undefined) write(`${indent}${colors?.yellow('skipped:') ?? 'skipped:'} ${skipped}`);
    write(`${indent}needs ${list(needs)}; provides ${list(provides)}`);
    write(
      dim(`${indent}${shown(file)}${replaces.map((earlier) => `, replaces ${shown(earlier)}`).join('')}`),
    );
  });
  for (const { name, by } of masked)
    write(`     ${bold(name.padEnd(width))} masked by the empty file ${shown(by)}`);
}

/** A path as one would type it from here. */
function shown(path: string): string {
  const here = relative(process.cwd(), path);
  return here.startsWith('..') ? path : here;
}
