import { checkReachability } from '../../allocate/reachability.ts';
import type { ReachabilityResult } from '../../allocate/reachability.ts';
import { buildGraph } from '../../allocate/graph.ts';
import { parseRoutes } from '../../config/files.ts';
import { groupBy } from '../../model/group-by.ts';
import { UserError } from '../../model/problem.ts';
import type { Crossing, RouteTableFact } from '../../model/experiment.ts';
import { attribute, computers } from '../../model/queries.ts';
import type { Topology } from '../../model/topology.ts';
import type { Plan } from '../../plan/plan.ts';
import { planOnly } from '../dry-run.ts';
import { readExperimentInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { partsOf } from '../parts.ts';
import type { PlanOptions } from '../plan-options.ts';
import { unansweredText } from '../plan-text.ts';

/** How many pairs of a node and a destination substrate are followed at most: some seconds' work. */
const MOST_WAYS = 8_000_000;

/** Each pnode may have some. */
const MOST_NOTES = 6;

/** What `check` found in an experiment that is in order. */
interface Summary {
  readonly file: string;
  readonly nodes: number;
  readonly substrates: number;
  readonly interfaces: number;
  /** Nodes by platform. */
  readonly platforms: Readonly<Record<string, number>>;
  /** Nodes that get resources and are not started. */
  readonly ghosts: number;
  /** How many parts the experiment falls into that nothing connects; nodes without interfaces are not counted. */
  readonly parts: number;
  readonly effects: number;
  /** Where there are several: nodes by pnode, and the number of substrates that lead from one to another. */
  readonly pnodes?: Readonly<Record<string, number>>;
  readonly crossings?: number;
  readonly reachability?: ReachabilityResult['checked'];
  readonly notes: readonly string[];
}

/** A pnode's share of an experiment. */
interface Part {
  readonly pnode: string;
  readonly nodes: number;
  /** Of launch. */
  readonly effects: number;
  readonly ghosts: number;
  readonly notes: readonly string[];
}

/**
 * `check EXPERIMENT`: all that can be known wrong before touching a host.
 * @throws UserError with everything that is wrong.
 */
export async function check(file: string, options: PlanOptions, io: Io): Promise<number> {
  const inputs = await readExperimentInputs(file, options);
  const parts: Part[] = [];
  const { plan, facts } = await planOnly({
    ...inputs,
    onPart: ({ pnode, effects, nodes, notes }) =>
      parts.push({
        pnode,
        notes,
        nodes: nodes.length,
        effects: effects.filter(ofLaunch).length,
        ghosts: nodes.filter(({ ghost }) => ghost).length,
      }),
  });
  const all = new Map([...facts.values()].flatMap((given) => Object.entries(given)));
  const wired = (all.get('wired') ?? inputs.source!.topology) as Topology;
  const routes = all.get('routes') as readonly RouteTableFact[] | undefined;
  const reachability = routes && follow(wired, routes, file);
  const crossings = all.get('crossings') as readonly Crossing[] | undefined;
  const summary = summarise(file, { wired, plan, reachability, parts, crossings });
  if (io.asJson) io.json({ ok: true, ...summary });
  else print(summary, io);
  return 0;
}

function follow(
  wired: Topology,
  routes: readonly RouteTableFact[],
  file: string,
): ReachabilityResult['checked'] {
  const graph = buildGraph(wired);
  const tables = function* () {
    for (const { node, table } of routes) yield { node, table: parseRoutes(table) };
  };
  const sample = Math.max(20, Math.min(2000, Math.floor(MOST_WAYS / Math.max(1, graph.nodes.length))));
  const { problems, checked } = checkReachability(graph, tables(), { sample });
  if (problems.length > 0) throw new UserError(problems.map((problem) => ({ place: { file }, ...problem })));
  return checked;
}

function ofLaunch({ stage }: { readonly stage: string }): boolean {
  return stage.startsWith('launch/');
}

interface Found {
  readonly wired: Topology;
  /** Of setup, and of launch on one of the pnodes. */
  readonly plan: Plan;
  readonly reachability: ReachabilityResult['checked'] | undefined;
  readonly parts: readonly Part[];
  readonly crossings: readonly Crossing[] | undefined;
}

function summarise(file: string, found: Found): Summary {
  const { wired, plan, reachability, parts, crossings } = found;
  const nodes = computers(wired);
  const used = new Set(nodes.flatMap(({ interfaces }) => interfaces.flatMap(({ substrates }) => substrates)));
  // Known before launch is planned, if it can be.
  const byPlatform = groupBy(nodes, (node) => attribute(node, 'containers:node_type') ?? 'none');
  const unanswered = unansweredText(plan);
  return {
    file,
    nodes: nodes.length,
    substrates: used.size,
    interfaces: nodes.reduce((sum, { interfaces }) => sum + interfaces.length, 0),
    platforms: Object.fromEntries([...byPlatform].map(([platform, members]) => [platform, members.length])),
    ghosts: parts.reduce((sum, { ghosts }) => sum + ghosts, 0),
    parts: partsOf(buildGraph(wired)),
    effects: parts.reduce(
      (sum, { effects }) => sum + effects,
      plan.effects.filter((effect) => !ofLaunch(effect)).length,
    ),
    ...(parts.length > 1 && {
      pnodes: Object.fromEntries(parts.map(({ pnode, nodes: own }) => [pnode, own])),
      crossings: crossings?.length ?? 0,
    }),
    ...(reachability && { reachability }),
    notes: [
      ...(unanswered === undefined ? [] : [unanswered]),
      ...new Set([...plan.notes, ...parts.flatMap((part) => part.notes)]),
    ],
  };
}

function print(summary: Summary, { print: write, colors }: Io): void {
  const { file, nodes, substrates, interfaces, platforms, ghosts, parts, reachability, notes } = summary;
  const by = Object.entries(platforms).map(([name, count]) => `${count} ${name}`);
  const asleep = ghosts > 0 ? `, of them ${count(ghosts, 'ghost')}` : '';
  const whole = parts > 1 ? `, in ${parts} parts that nothing connects` : ', all connected';
  write(`${colors?.green('in order:') ?? 'in order:'} ${file}`);
  write(`  ${count(nodes, 'node')} (${by.join(', ') || 'none'}${asleep})`);
  write(`  ${count(substrates, 'substrate')}, ${count(interfaces, 'interface')}${whole}`);
  if (summary.pnodes)
    write(`  ${pnodesText(summary.pnodes)}; ${count(summary.crossings ?? 0, 'substrate')} between pnodes`);
  if (reachability) {
    const { substrates: followed, ofSubstrates, pairs } = reachability;
    const sampled =
      followed < ofSubstrates ? `; a sample: ${followed} of ${ofSubstrates} substrates as destinations` : '';
    const within = parts > 1 ? ' of its part' : '';
    write(`  routes: every node reaches every address${within} (${count(pairs, 'pair')} followed${sampled})`);
  }
  write(`  ${count(summary.effects, 'effect')} planned`);
  for (const note of notes.slice(0, MOST_NOTES)) write(`  ${colors?.yellow('note:') ?? 'note:'} ${note}`);
  const more = notes.length - MOST_NOTES;
  if (more > 0) write(`  ... ${count(more, 'more note')}: --json has them`);
}

function pnodesText(pnodes: Readonly<Record<string, number>>): string {
  const sizes = Object.values(pnodes);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return `${sizes.length} pnodes, of ${least === most ? '' : `${least} to `}${count(most, 'node')}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
