import { loadSettings } from '../../config/settings.ts';
import { UserError } from '../../model/problem.ts';
import type { NodeRecord, Plan } from '../../plan/plan.ts';
import { stopNodes } from '../../run/stop.ts';
import { carryOut } from '../carry-out.ts';
import { readInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import { namedNodes } from '../named-nodes.ts';
import type { NodesOptions } from '../named-nodes.ts';
import { effectsOfNodes } from '../nodes-effects.ts';
import { requestOf } from '../plan-options.ts';
import { planUnderLock } from '../plan-under-lock.ts';
import { runOf } from '../run-of.ts';

export interface StartOptions extends NodesOptions {
  /** `--stages DIR`, in the order given. */
  readonly stages: readonly string[];
}

/** `start NODE...`: makes what is missing of them, from the config directory alone, as `run launch` does of all. */
export function start(names: readonly string[], options: StartOptions, io: Io): Promise<number> {
  return bringBack('start', names, options, io);
}

/** `restart NODE...`: stops them and starts them under one lock; nothing is stopped that could not be planned. */
export function restart(names: readonly string[], options: StartOptions, io: Io): Promise<number> {
  return bringBack('restart', names, options, io);
}

async function bringBack(
  command: 'start' | 'restart',
  names: readonly string[],
  options: StartOptions,
  io: Io,
): Promise<number> {
  const known = openKnown(options, command);
  const { experiment, full } = known;
  const nodes = namedNodes(known, names, options);
  const wanted = new Set(nodes.map(({ name }) => name));
  const inputs = await readInputs({
    experiment,
    settings: loadSettings(),
    phases: ['launch'],
    request: requestOf({ as: {}, stages: options.stages }),
    stageFolders: options.stages,
  });
  const stages = options.stages.map((folder) => ` --stages ${folder}`).join('');
  return carryOut(
    {
      command,
      experiment,
      settings: inputs.settings,
      resume: `benito-pipeline start ${options.all ? '--all' : names.join(' ')}${stages} -e ${full}`,
      async plan(context) {
        const plan = await planUnderLock(inputs, context);
        refuseUnplanned(known, nodes, plan);
        // Of the others nothing is done, and so nothing new is said.
        return { ...plan, nodes: merged(context.journal.nodes, plan.nodes, wanted) };
      },
      only: (plan: Plan) => effectsOfNodes(plan, wanted),
      async prepare({ session, emit, signal }) {
        const { journal, kinds } = session;
        if (command === 'restart') {
          const current = namedNodes({ ...known, journal }, names, options);
          await stopNodes(current, { journal, kinds, emit, signal, run: runOf(session) });
        }
        if (signal.aborted) return;
        const rest = [...journal.stopped].filter((name) => !wanted.has(name));
        if (rest.length < journal.stopped.size) journal.append([{ type: 'stopped', nodes: rest }]);
      },
    },
    io,
  );
}

function merged(
  before: readonly NodeRecord[],
  now: readonly NodeRecord[],
  wanted: ReadonlySet<string>,
): readonly NodeRecord[] {
  const fresh = new Map(now.map((node) => [node.name, node]));
  return before.map((node) => (wanted.has(node.name) ? fresh.get(node.name)! : node));
}

function refuseUnplanned({ full, experiment }: Known, nodes: readonly NodeRecord[], plan: Plan): void {
  const planned = new Set(plan.effects.map(({ kind, name }) => `${kind} ${name}`));
  const known = new Map(plan.nodes.map((node) => [node.name, node]));
  for (const { name, platform } of nodes) {
    const now = known.get(name);
    if (!now) {
      throw new UserError({
        code: 'node-not-set-up',
        message: `${experiment.configDir} holds no node ${name} any more`,
        hint: `bring ${full} to what it holds: benito-pipeline run launch -e ${full}`,
      });
    }
    if (now.alive !== undefined && planned.has(now.alive)) continue;
    throw new UserError({
      code: 'nobody-makes-it',
      message: `no stage of launch makes ${name}, a node of the platform ${platform}`,
      hint: 'if its stages are in a folder of yours, name it as `up` did: --stages DIR',
    });
  }
}
