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
  /** Called after each round with how many pairs have not answered yet. */
  readonly onRound?: (missing: number) => void;
}

/** A host answers so many echo requests a second and core through VDE, without a queue that overflows. */
const PER_SECOND_AND_CORE = 1500;
const ROUNDS = 3;
const MOST_AT_ONCE = 16;

/**
 * Who of all these answers whom. What is lost is asked for again, twice, more slowly: full queues and neighbour
 * tables lose packets too, and only what is lost time and again counts as unreachable.
 */
export async function probe(
  sources: readonly Source[],
  options: ProbeOptions,
): Promise<ReadonlyMap<string, Answers>> {
  const answers = new Map<string, Map<string, number>>(sources.map(({ node }) => [node, new Map()]));
  let left = sources;
  let missing = count(left);
  for (let round = 0; round < ROUNDS && missing > 0; round += 1) {
    for (const part of parts(left, options.addressesAtOnce ?? Infinity)) {
      const found = await ask(part, options.timeoutMs, round + 1);
      part.forEach(({ node }, index) =>
        found[index]!.forEach((ms, address) => answers.get(node)!.set(address, ms)),
      );
    }
    left = restrict(left, (source, address) => !answers.get(source.node)!.has(address));
    const before = missing;
    missing = count(left);
    options.onRound?.(missing);
    // Lost twice, all of them: that is no accident.
    if (round > 0 && missing === before) break;
  }
  return answers;
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

/** @param slowness 1 for full speed. */
async function ask(
  sources: readonly Source[],
  timeoutMs: number,
  slowness: number,
): Promise<readonly Answers[]> {
  const lanes = Math.min(sources.length, MOST_AT_ONCE);
  const intervalMs = (1000 * lanes * slowness) / (PER_SECOND_AND_CORE * availableParallelism());
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

interface Pace {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

function commandsOf(
  { way, tool, addresses }: Source,
  { timeoutMs, intervalMs }: Pace,
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
