import { codecs } from '../../config/files.ts';
import { diskReader } from '../../config/reader.ts';
import { loadSettings } from '../../config/settings.ts';
import { addChange, changeKeys, withChanges } from '../../allocate/shape-changes.ts';
import { tooLarge } from '../../allocate/shape-networks.ts';
import { effectId } from '../../model/effect.ts';
import { UserError } from '../../model/problem.ts';
import type { NetworkShape, ShapeChange, ShapeChanges } from '../../model/shaping.ts';
import { parseDelay, parseRate, parseShare } from '../../model/units.ts';
import type { Misread } from '../../model/units.ts';
import { specHash } from '../../plan/plan.ts';
import type { Plan } from '../../plan/plan.ts';
import { carryOut } from '../carry-out.ts';
import { notUp } from '../enter.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import { readInputs } from '../input.ts';
import type { Io } from '../io.ts';
import { isLaunched, openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import { planUnderLock } from '../plan-under-lock.ts';
import { changeText, legLines } from '../shape-text.ts';
import type { TargetOptions } from '../target.ts';

/** What `shape` takes. */
export interface ShapeCommandOptions extends TargetOptions {
  readonly delay?: string;
  readonly jitter?: string;
  readonly rate?: string;
  readonly loss?: string;
  readonly duplicate?: string;
  readonly down?: boolean;
  readonly up?: boolean;
  /** Back to what the experiment says. */
  readonly reset?: boolean;
  /** `--stages DIR`, in the order given. */
  readonly stages: readonly string[];
}

/** `shape SUBSTRATE|NODE:SUBSTRATE`: changes a running link, until `--reset` or `down`; shows it where nothing is asked. */
export async function shape(key: string, options: ShapeCommandOptions, io: Io): Promise<number> {
  const known = openKnown(options, 'shape');
  if (!isLaunched(known.journal)) throw notUp(known.full);
  const network = findNetwork(known, key);
  const change = changeOf(options);
  if (!options.reset && !options.up && Object.keys(change).length === 0) return show(known, network, io);

  if (network.by === 'none' && !options.reset) throw cannotBeShaped(network);
  const { experiment, full } = known;
  if (options.up && key !== network.substrate && known.journal.shapeChanges[network.substrate]?.down) {
    throw networkIsDown(network.substrate, key);
  }
  const inputs = await readInputs({
    experiment,
    settings: loadSettings(),
    phases: ['launch'],
    request: { as: {} },
    stageFolders: options.stages,
  });
  let changes: ShapeChanges = {};
  let differing: ReadonlySet<string> = new Set();
  let stopped: ReadonlySet<string> = new Set();
  return carryOut(
    {
      command: `shape ${key}`,
      experiment,
      settings: inputs.settings,
      resume: `benito-pipeline up EXPERIMENT -e ${full}`,
      async plan(context) {
        const before = context.journal.shapeChanges;
        stopped = context.journal.stopped;
        changes = options.reset
          ? withoutChanges(before, key === network.substrate ? changeKeys(network) : [key])
          : addChange(before, { key, network, change, up: options.up === true });
        const problems = tooLarge(withChanges(network, changes, inputs.settings.shaping.queue));
        if (problems.length > 0) throw new UserError(problems);
        const quiet = { ...context, emit: () => undefined };
        const was = await planUnderLock(inputs, quiet);
        const plan = await planUnderLock(inputs, { ...quiet, shapeChanges: changes });
        differing = difference(was, plan);
        return plan;
      },
      // Nodes that are stopped learn it when they are started.
      only: () => (effect) => differing.has(effectId(effect)) && !stopped.has(effect.node ?? ''),
      prepare({ session, emit }) {
        session.journal.append([{ type: 'shaped', changes }], { durable: true });
        emit({
          type: 'note',
          text: `${key}: ${changes[key] ? changeText(changes[key]) : 'as the experiment has it'}`,
        });
        return Promise.resolve();
      },
    },
    io,
  );
}

function cannotBeShaped({ substrate, because }: NetworkShape): UserError {
  return new UserError({
    code: 'cannot-be-shaped',
    message: `'${substrate}' cannot be shaped: ${because}`,
    hint: 'give that node another platform, or shape another network',
  });
}

function networkIsDown(substrate: string, key: string): UserError {
  return new UserError({
    code: 'network-is-down',
    message: `'${substrate}' is down as a whole: '${key}' cannot be up by itself`,
    hint: `benito-pipeline shape ${substrate} --up`,
  });
}

function findNetwork({ experiment, full }: Known, key: string): NetworkShape {
  const networks = codecs.shaping.decode!(diskReader(experiment.configDir)) ?? [];
  const [substrate, node] = key.includes(':') ? [key.split(':')[1], key.split(':')[0]] : [key, undefined];
  const network = networks.find((one) => one.substrate === substrate);
  if (!network) {
    throw new UserError({
      code: 'no-such-network',
      message: `${full} has no substrate '${substrate}'`,
      hint: `substrates: ${some(networks.map((one) => one.substrate))}`,
    });
  }
  if (node === undefined || network.legs.some((leg) => leg.node === node)) return network;
  throw new UserError({
    code: 'no-such-leg',
    message: `the node '${node}' is not on '${substrate}'`,
    hint: `on it are: ${some(network.legs.map((leg) => leg.node))}`,
  });
}

function changeOf(options: ShapeCommandOptions): ShapeChange {
  const { down, up, reset } = options;
  const amounts = ['delay', 'jitter', 'rate', 'loss', 'duplicate'] as const;
  const named = amounts.filter((name) => options[name] !== undefined);
  if ((down && up) || (reset && (down || up || named.length > 0))) {
    throw new UserError(
      {
        code: 'contradicting-options',
        message: reset ? '--reset goes with no other change' : '--down and --up exclude each other',
        hint: 'give them one after the other',
      },
      { exitCode: EXIT_USAGE },
    );
  }
  const parsers = {
    delay: parseDelay,
    jitter: parseDelay,
    rate: parseRate,
    loss: parseShare,
    duplicate: parseShare,
  };
  const read = named.map((name) => [name, amountOf(name, parsers[name](options[name]!))] as const);
  return { ...Object.fromEntries(read), ...(down && { down: true }) };
}

function amountOf(option: string, value: number | Misread): number {
  if (typeof value === 'number') return value;
  throw new UserError(
    { code: 'bad-amount', message: `--${option}: ${value.message}`, hint: value.hint },
    { exitCode: EXIT_USAGE },
  );
}

function withoutChanges(changes: ShapeChanges, keys: readonly string[]): ShapeChanges {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => !keys.includes(key)));
}

/** What one plan has and the other has not, or has otherwise. */
function difference(before: Plan, after: Plan): ReadonlySet<string> {
  const hashes = (plan: Plan): ReadonlyMap<string, string> =>
    new Map(plan.effects.map((effect) => [effectId(effect), specHash(effect)]));
  const [was, is] = [hashes(before), hashes(after)];
  return new Set([...was.keys(), ...is.keys()].filter((id) => was.get(id) !== is.get(id)));
}

function show({ journal }: Known, network: NetworkShape, io: Io): number {
  const { queue } = loadSettings().shaping;
  const now = withChanges(network, journal.shapeChanges, queue);
  const keys = changeKeys(network).filter((key) => journal.shapeChanges[key]);
  const changes = Object.fromEntries(keys.map((key) => [key, journal.shapeChanges[key]!]));
  if (io.asJson) io.json({ ...now, changes });
  else {
    legLines(now).forEach(io.print);
    for (const [key, change] of Object.entries(changes))
      io.print(`changed by shape: ${key}: ${changeText(change)}`);
  }
  return 0;
}

const MOST = 20;

function some(names: readonly string[]): string {
  const more = names.length - MOST;
  return `${names.slice(0, MOST).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
