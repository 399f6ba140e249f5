import { noColors } from '../../report/colors.ts';
import { canBeEntered, findNode, inside, isStopped } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import { outputWidth } from '../output-width.ts';
import { pingClosely } from '../ping/closely.ts';
import { floodPerRequest, neighbourCount, neighbourLimit } from '../ping/neighbours.ts';
import { renderOutcome } from '../ping/matrix.ts';
import { judge } from '../ping/outcome.ts';
import type { Outcome } from '../ping/outcome.ts';
import { probe } from '../ping/probe.ts';
import type { Source } from '../ping/probe.ts';
import type { Answers } from '../ping/answers.ts';
import { expect } from '../ping/targets.ts';
import type { Expectation } from '../ping/targets.ts';
import type { TargetOptions } from '../target.ts';

export interface PingOptions extends TargetOptions {
  /** How many requests to each address, with FROM and TO; default 5. */
  readonly count?: number;
  /** Milliseconds that an answer may take; default 1000. */
  readonly timeout?: number;
}

/** `ping [FROM [TO]]`: exit code 0 if every address that is connected answers. TO may be an address. */
export async function ping(
  from: string | undefined,
  to: string | undefined,
  options: PingOptions,
  io: Io,
): Promise<number> {
  const known = openKnown(options, 'ping');
  const { journal, full } = known;
  const timeoutMs = options.timeout ?? 1000;
  const expectation = expect(asleepToo(known));
  const source = from === undefined ? undefined : findNode(known, from);
  if (source && to !== undefined) {
    const name =
      journal.nodes.find(({ interfaces }) => interfaces.some(({ address }) => address === to))?.name ?? to;
    const node = findNode(known, name);
    const interfaces = node.interfaces.filter(({ address }) => name === to || address === to);
    const request = { known, source, node, interfaces, count: options.count ?? 5, timeoutMs };
    return pingClosely(request, expectation.together(source.name, node.name), io);
  }
  if (!source) findNode(known, journal.nodes[0]?.name ?? '');
  if (source) inside(known, source, []);
  const scope = { from: source ? [source.name] : expectation.nodes, to: expectation.nodes };
  const started = performance.now();
  const sources = sourcesOf(known, expectation, scope.from);
  const flood = floodPerRequest(journal.nodes.filter(({ ghost }) => !ghost));
  const mute = new Map<string, string>();
  const answers = await probe(sources, {
    timeoutMs,
    flood,
    addressesAtOnce: addressesAtOnce(journal.nodes),
    onMute: (name, why) => mute.set(name, why),
  });
  const outcome = judge(expectation, answers, scope);
  const seconds = (performance.now() - started) / 1000;
  if (io.asJson) {
    io.json(asJson(full, { expectation, outcome, answers, seconds }));
  } else {
    for (const line of renderOutcome(outcome, { width: outputWidth(), colors: io.colors ?? noColors }))
      io.print(line);
    for (const line of notes(known, outcome, { asked: new Set(sources.map(({ node }) => node)), mute }))
      io.print(line);
  }
  return outcome.failures.length === 0 ? 0 : 1;
}

const MOST_MUTE = 5;

/** Who was stopped sleeps as ghosts do. */
function asleepToo(known: Known): Known['journal']['nodes'] {
  return known.journal.nodes.map((node) => (isStopped(known, node) ? { ...node, ghost: true } : node));
}

/** The sources that can be entered, each with the addresses that it is to reach. */
function sourcesOf(known: Known, expectation: Expectation, names: readonly string[]): readonly Source[] {
  return names.flatMap((name): readonly Source[] => {
    const node = findNode(known, name);
    if (!canBeEntered(known, node)) return [];
    const others = expectation.nodes.filter((other) => other !== name && expectation.together(name, other));
    const addresses = others.flatMap((other) =>
      expectation.targets.get(other)!.map(({ address }) => address),
    );
    if (addresses.length === 0) return [];
    const outside = node.entry!.hostTools && node.entry!.process !== undefined;
    const way: Source['inside'] = (command) => inside(known, node, command, outside ? ['net'] : undefined);
    return [{ node: name, inside: way, tool: outside ? 'fping' : 'own', addresses }];
  });
}

/** Where the kernel cannot remember all neighbours, so few that it remembers those on the ways to them. */
function addressesAtOnce(nodes: Known['journal']['nodes']): number {
  const limit = neighbourLimit();
  return neighbourCount(nodes) <= limit ? Infinity : Math.max(20, Math.floor(limit / 20));
}

/** What may be behind failures. */
function notes(
  { journal }: Known,
  { failures, from }: Outcome,
  { asked, mute }: { readonly asked: ReadonlySet<string>; readonly mute: ReadonlyMap<string, string> },
): readonly string[] {
  if (failures.length === 0) return [];
  const failing = new Set(failures.map((one) => one.from));
  const dead = from.filter((name) => failing.has(name) && !asked.has(name));
  const neighbours = neighbourCount(journal.nodes);
  const limit = neighbourLimit();
  return [
    ...(dead.length > 0 ? [`not running, and so could not ask: ${firstOf(dead)}`] : []),
    ...[...mute].slice(0, MOST_MUTE).map(([name, why]) => `${name} could not be made to ask: ${why}`),
    ...(neighbours > limit
      ? [
          `this host remembers ${limit} neighbours, the experiment has ${neighbours}; to rule that out: ` +
            `sysctl -w net.ipv4.neigh.default.gc_thresh3=${neighbours * 2}`,
        ]
      : []),
    'what died, if anything did: benito-pipeline status',
  ];
}

interface Result {
  readonly expectation: Expectation;
  readonly outcome: Outcome;
  readonly answers: ReadonlyMap<string, Answers>;
  readonly seconds: number;
}

function asJson(experiment: string, { expectation, outcome, answers, seconds }: Result): unknown {
  const { pairs, apart, failures, from } = outcome;
  return {
    experiment,
    ok: failures.length === 0,
    seconds,
    nodes: expectation.nodes.length,
    pairs,
    apart,
    failures: failures.map(({ from: source, target }) => ({ from: source, ...target })),
    /** Milliseconds by source and address; null where there was no answer. */
    results: Object.fromEntries(
      from.map((source) => [
        source,
        Object.fromEntries(
          expectation.nodes
            .filter((other) => other !== source && expectation.together(source, other))
            .flatMap((other) => expectation.targets.get(other)!)
            .map(({ address }) => [address, answers.get(source)?.get(address) ?? null]),
        ),
      ]),
    ),
  };
}

function firstOf(names: readonly string[]): string {
  return names.length > 10
    ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`
    : names.join(', ');
}
