import { availableParallelism } from 'node:os';
import { runBatch } from '../../host/batch.ts';
import type { CommandResult } from '../../host/batch.ts';
import { UserError } from '../../model/problem.ts';
import { readAsked, readFping } from './answers.ts';
import type { Answers } from './answers.ts';
import { askingCommand, askingTimeMs } from './script.ts';

/** A node that pings. */
export interface Source {
  readonly node: string;
  /** `fping`: the host's, from outside. `own`: a script in the node, with its own `ping`. */
  readonly tool: 'fping' | 'own';
  /** A command as it runs in the node. */
  readonly inside: (command: readonly string[]) => readonly string[];
  readonly addresses: readonly string[];
}

export interface ProbeOptions {
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** All sources ask for so many addresses, then for the next; for all at once unless said. */
  readonly addressesAtOnce?: number;
  /** How many frames a request costs on average, beside its own: see `floodPerRequest`. None unless said. */
  readonly flood?: number;
  /** Called for a node that could not be made to ask, with what stood in the way. */
  readonly onMute?: (node: string, why: string) => void;
}

/** What a host carries through VDE without queues that overflow, a core: requests, and frames that ARP floods. */
const REQUESTS_PER_SECOND = 1500;
const FLOODED_PER_SECOND = 15_000;
const MOST_AT_ONCE = 16;
const SAMPLE = 200;
/** So often in a row nobody of a sample of the lost may answer before they count as unreachable. */
const DOUBTS = 2;
const ROUNDS = 5;
/** Addresses for one command: its line may not be longer than 128 KiB. */
const MOST_IN_A_LINE = 2000;

/**
 * Who of all these answers whom. A host that is busy loses packets, and losses breed more (ARP asks again): the pace
 * follows what is lost. Samples of the lost are asked for again, slowly; while some of them answer, so are all.
 */
export async function probe(
  sources: readonly Source[],
  options: ProbeOptions,
): Promise<ReadonlyMap<string, Answers>> {
  const answers = new Map<string, Map<string, number>>(sources.map(({ node }) => [node, new Map()]));
  const take = (asked: readonly Source[], found: readonly Answers[]): void =>
    asked.forEach(({ node }, index) =>
      found[index]!.forEach((ms, address) => answers.get(node)!.set(address, ms)),
    );
  const lost = (asked: readonly Source[]): readonly Source[] =>
    restrict(asked, (source, address) => !answers.get(source.node)!.has(address));
  const pace = paceFor(options);

  let left = sources;
  let doubts = 0;
  for (let round = 0; round < ROUNDS && left.length > 0; round += 1) {
    for (const part of parts(left, options.addressesAtOnce ?? Infinity)) {
      for (let start = 0; start < part.length; start += MOST_AT_ONCE) {
        const batch = part.slice(start, start + MOST_AT_ONCE);
        take(batch, await ask(batch, options, pace.now));
        pace.learn(count(lost(batch)) / count(batch));
      }
    }
    left = lost(left);
    for (doubts = 0; doubts < DOUBTS && left.length > 0; doubts += 1) {
      const sample = sampleOf(left);
      take(sample, await ask(sample, options, pace.gentle));
      if (count(lost(sample)) < count(sample)) break;
    }
    if (doubts === DOUBTS) break;
    left = lost(left);
  }
  return answers;
}

/** Requests a second, of all sources together. */
interface Pace {
  readonly now: number;
  readonly gentle: number;
  /** @param loss the part of the requests that were not answered. */
  learn(loss: number): void;
}

function paceFor({ flood = 0 }: ProbeOptions): Pace {
  const cores = availableParallelism();
  const most = REQUESTS_PER_SECOND * cores;
  const careful = Math.min(most, (FLOODED_PER_SECOND * cores) / Math.max(flood, 1));
  const gentle = Math.max(20, careful / 8);
  let now = careful;
  return {
    get now() {
      return now;
    },
    gentle,
    learn(loss) {
      if (loss > 0.1) now = Math.max(gentle, now / 2);
      else if (loss < 0.03) now = Math.min(most, now * 1.5);
    },
  };
}

/** Some of the pairs, evenly from all. */
function sampleOf(sources: readonly Source[]): readonly Source[] {
  const step = Math.max(1, count(sources) / SAMPLE);
  let seen = -1;
  return restrict(sources, () => Math.floor((seen += 1) / step) !== Math.floor((seen - 1) / step));
}

/** Neighbouring addresses stay together: the ways to them are the same. */
function parts(sources: readonly Source[], size: number): readonly (readonly Source[])[] {
  const all = [...new Set(sources.flatMap(({ addresses }) => addresses))];
  if (all.length <= size) return [sources];
  all.sort((a, b) => numberOf(a) - numberOf(b));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => {
    const wanted = new Set(all.slice(index * size, (index + 1) * size));
    return restrict(sources, (_source, address) => wanted.has(address));
  });
}

function restrict(
  sources: readonly Source[],
  keep: (source: Source, address: string) => boolean,
): readonly Source[] {
  return sources
    .map((source) => ({ ...source, addresses: source.addresses.filter((address) => keep(source, address)) }))
    .filter(({ addresses }) => addresses.length > 0);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function count(sources: readonly Source[]): number {
  return sources.reduce((sum, { addresses }) => sum + addresses.length, 0);
}

/** @param perSecond requests a second, of all sources together that ask from outside. */
async function ask(
  sources: readonly Source[],
  options: ProbeOptions,
  perSecond: number,
): Promise<readonly Answers[]> {
  const outside = sources.filter(({ tool }) => tool === 'fping');
  const own = sources.filter(({ tool }) => tool === 'own');
  const found = new Map<Source, Answers>([
    ...(await askFromOutside(outside, options, perSecond)),
    ...(await askInside(own, options)),
  ]);
  return sources.map((source) => found.get(source)!);
}

type Found = readonly (readonly [Source, Answers])[];

async function askFromOutside(
  sources: readonly Source[],
  { timeoutMs }: ProbeOptions,
  perSecond: number,
): Promise<Found> {
  if (sources.length === 0) return [];
  const lanes = Math.min(sources.length, 2 * MOST_AT_ONCE);
  const most = Math.max(...sources.map(({ addresses }) => addresses.length));
  const intervalMs = (1000 * count(sources)) / (perSecond * most);
  const fping = ['fping', '-e', '-r', '0', '-t', String(timeoutMs), '-i', intervalMs.toFixed(2), '-f', '-'];
  const commands = sources.map(({ inside, addresses }) => ({
    argv: inside(fping),
    stdin: addresses.join('\n'),
  }));
  const longest = count(sources) * (intervalMs + 20) + sources.length * (timeoutMs + 1000);
  const results = await runBatch(commands, { lanes, timeoutMs: 60_000 + longest });
  return sources.map((source, index) => [source, readFping(checked(results[index]!).stdout)]);
}

/** As many nodes at once as there are cores: getting into one may keep a core busy for a second. */
async function askInside(sources: readonly Source[], { timeoutMs, onMute }: ProbeOptions): Promise<Found> {
  if (sources.length === 0) return [];
  const asked = sources.flatMap((source) =>
    Array.from({ length: Math.ceil(source.addresses.length / MOST_IN_A_LINE) }, (_, part) => ({
      source,
      addresses: source.addresses.slice(part * MOST_IN_A_LINE, (part + 1) * MOST_IN_A_LINE),
    })),
  );
  const commands = asked.map(({ source, addresses }) => ({
    argv: source.inside(askingCommand(addresses, timeoutMs)),
  }));
  const longest = asked.reduce((sum, { addresses }) => sum + askingTimeMs(addresses.length, timeoutMs), 0);
  const results = await runBatch(commands, { lanes: availableParallelism(), timeoutMs: longest });
  const answers = new Map(sources.map((source) => [source, new Map<string, number>()]));
  results.forEach(({ status, stdout, stderr }, index) => {
    const { source } = asked[index]!;
    if (status !== 0) onMute?.(source.node, stderr.trim() || `status ${status}`);
    for (const [address, [ms = null]] of readAsked(stdout)) {
      if (ms !== null) answers.get(source)!.set(address, ms);
    }
  });
  return [...answers];
}

/** fping: 0 all answered, 1 some did not, 2 some names were not found; nsenter's 1 looks the same and prints nothing. */
export function checked(result: CommandResult): CommandResult {
  if (result.status === 0 || result.status === 1) return result;
  const missing = result.status === 127 && result.stderr.includes('fping');
  throw new UserError({
    code: missing ? 'no-fping' : 'fping-failed',
    message: missing
      ? 'there is no fping on this host'
      : `fping failed: ${result.stderr.trim() || `status ${result.status}`}`,
    hint: missing ? 'apt-get install fping' : 'see what this host lacks: benito-pipeline doctor',
  });
}
