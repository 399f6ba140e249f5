import { availableParallelism } from 'node:os';
import { runBatch } from '../../host/batch.ts';
import type { CommandResult, HostCommand } from '../../host/batch.ts';
import { UserError } from '../../model/problem.ts';
import { readFping, readPing } from './answers.ts';
import type { Answers } from './answers.ts';

/** A node that pings: from outside, in its network namespace, or by its own `ping`. */
export interface Source {
  readonly node: string;
  readonly way: readonly string[];
  readonly tool: 'fping' | 'ping';
  readonly addresses: readonly string[];
}

export interface ProbeOptions {
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** All sources ask for so many addresses, then for the next; for all at once unless said. */
  readonly addressesAtOnce?: number;
  /** How many frames a request costs on average, beside its own: see `floodPerRequest`. None unless said. */
  readonly flood?: number;
  /** Called after each round with how many pairs have not answered yet. */
  readonly onRound?: (missing: number) => void;
}

/** What a host carries through VDE without queues that overflow, a core: requests, and frames that ARP floods. */
const REQUESTS_PER_SECOND = 1500;
const FLOODED_PER_SECOND = 15_000;
const MOST_AT_ONCE = 16;
const SAMPLE = 200;
/** So often in a row nobody of a sample of the lost may answer before they count as unreachable. */
const DOUBTS = 2;
const ROUNDS = 5;

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
        take(batch, await ask(batch, options.timeoutMs, pace.now));
        pace.learn(count(lost(batch)) / count(batch));
      }
    }
    left = lost(left);
    options.onRound?.(count(left));
    for (doubts = 0; doubts < DOUBTS && left.length > 0; doubts += 1) {
      const sample = sampleOf(left);
      take(sample, await ask(sample, options.timeoutMs, pace.gentle));
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

/** @param perSecond requests a second, of all sources together. */
async function ask(
  sources: readonly Source[],
  timeoutMs: number,
  perSecond: number,
): Promise<readonly Answers[]> {
  const lanes = Math.min(sources.length, 2 * MOST_AT_ONCE);
  const most = Math.max(...sources.map(({ addresses }) => addresses.length));
  const intervalMs = (1000 * count(sources)) / (perSecond * most);
  const commands = sources.map((source) => commandsOf(source, { timeoutMs, intervalMs }));
  const flat = commands.flat();
  const longest = count(sources) * (intervalMs + 20) + flat.length * (timeoutMs + 1000);
  const results = await runBatch(flat, { lanes, timeoutMs: 60_000 + longest });
  let next = 0;
  return sources.map((source, index) => {
    const mine = results.slice(next, (next += commands[index]!.length));
    if (source.tool === 'fping') return readFping(checked(mine[0]!).stdout);
    return new Map(
      mine.flatMap(({ stdout }, at) => {
        const ms = readPing(stdout);
        return ms === undefined ? [] : [[source.addresses[at]!, ms] as const];
      }),
    );
  });
}

function commandsOf(
  { way, tool, addresses }: Source,
  { timeoutMs, intervalMs }: { readonly timeoutMs: number; readonly intervalMs: number },
): readonly HostCommand[] {
  if (tool === 'ping') {
    const wait = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
    return addresses.map((address) => ({ argv: [...way, 'ping', '-c', '1', '-W', wait, address] }));
  }
  const pace = ['-r', '0', '-t', String(timeoutMs), '-i', intervalMs.toFixed(2)];
  return [{ argv: [...way, 'fping', '-e', ...pace, '-f', '-'], stdin: addresses.join('\n') }];
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
