import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { experimentFact, journalDir, parseExperimentName } from '../../config/experiment.ts';
import { hostContext } from '../../host/context.ts';
import { processKind } from '../../host/kinds/process.ts';
import { readRegistry } from '../../host/registry.ts';
import type { RegisteredExperiment } from '../../host/registry.ts';
import { bootId } from '../../host/boot-id.ts';
import { readJournal } from '../../journal/journal.ts';
import type { JournalState } from '../../journal/journal.ts';
import type { ExperimentFact } from '../../model/experiment.ts';
import { noColors } from '../../report/colors.ts';
import type { Colors } from '../../report/colors.ts';
import type { Io } from '../io.ts';
import { localTime } from '../local-time.ts';
import { formatTable } from '../table.ts';
import type { Cell } from '../table.ts';
import type { TargetOptions } from '../target.ts';

/** An experiment of this host at a glance: its processes are looked at, not its every route. */
export interface Listed {
  /** PROJECT/NAME. */
  readonly experiment: string;
  readonly varDir: string;
  /** `rebooted`: it was up before this host was started anew. `unknown`: only root may look. */
  readonly state: 'up' | 'partly' | 'rebooted' | 'setup' | 'unknown';
  readonly nodes: number | null;
  /** ISO 8601, UTC: since when it is on this host. */
  readonly since: string | null;
}

/** `list`: the experiments of this host; those that `-e` and `--var` leave. */
export async function list(options: TargetOptions, io: Io): Promise<number> {
  const registered = Object.values(readRegistry().experiments).filter((one) => isMeant(one, options));
  const listed = await Promise.all(registered.map(lookAt));
  listed.sort((a, b) => a.experiment.localeCompare(b.experiment));
  if (io.asJson) io.json(listed);
  else for (const line of render(listed, io.colors ?? noColors)) io.print(line);
  return 0;
}

/** What `list` says, line by line. */
export function render(listed: readonly Listed[], colors: Colors): readonly string[] {
  if (listed.length === 0) return ['no experiments on this host'];
  const rows = listed.map(({ experiment, varDir, state, nodes, since }): readonly Cell[] => [
    experiment,
    stateCell(state, colors),
    nodes === null ? '?' : String(nodes),
    since === null ? '?' : localTime(new Date(since)),
    varDir,
  ]);
  return formatTable(['EXPERIMENT', 'STATE', 'NODES', 'SINCE', 'VAR'], rows, { right: [2] });
}

function isMeant({ project, name, varDir }: RegisteredExperiment, options: TargetOptions): boolean {
  if (options.var !== undefined && resolve(options.var) !== varDir) return false;
  if (options.experiment === undefined) return true;
  const wanted = parseExperimentName(options.experiment);
  return wanted.project === project && wanted.name === name;
}

async function lookAt({ project, name, varDir }: RegisteredExperiment): Promise<Listed> {
  const about = { experiment: `${project}/${name}`, varDir };
  if (process.getuid?.() !== 0) return { ...about, state: 'unknown', nodes: null, since: null };
  const experiment = experimentFact(project, name, varDir);
  const journal = readJournal(journalDir(varDir));
  const state = await stateOf(experiment, journal);
  return { ...about, state, nodes: journal.nodes.length, since: sinceWhen(experiment, journal) };
}

async function stateOf(experiment: ExperimentFact, journal: JournalState): Promise<Listed['state']> {
  const launched = [...journal.effects.values()].filter(({ effect }) => effect.stage.startsWith('launch/'));
  if (launched.length === 0) return 'setup';
  if (journal.lastRun?.boot !== bootId()) return 'rebooted';
  if (launched.some(({ status }) => status !== 'made')) return 'partly';
  const processes = launched.map(({ effect }) => effect).filter(({ kind }) => kind === 'process');
  const seen = await processKind(hostContext(experiment)).observe(processes, journal);
  return seen.every(({ state }) => state === 'present') ? 'up' : 'partly';
}

/** Its state directory is as old as its presence on this host. */
function sinceWhen(experiment: ExperimentFact, journal: JournalState): string | null {
  const born = statSync(experiment.stateDir, { throwIfNoEntry: false })?.birthtimeMs;
  return born ? new Date(born).toISOString() : (journal.lastRun?.time ?? null);
}

function stateCell(state: Listed['state'], colors: Colors): Cell {
  const cells: Readonly<Record<Listed['state'], Cell>> = {
    up: { text: 'up', paint: colors.green },
    partly: { text: 'partly up', paint: colors.red },
    rebooted: { text: 'gone after a reboot', paint: colors.red },
    setup: 'set up only',
    unknown: { text: 'unknown (root may look)', paint: colors.dim },
  };
  return cells[state];
}
