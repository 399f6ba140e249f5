import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../journal/journal.ts';
import { effectId } from '../model/effect.ts';
import { inOrder, observeAll } from '../plan/delta.ts';
import type { EffectKinds } from '../plan/kind.ts';
import type { NodeRecord, PlannedEffect } from '../plan/plan.ts';
import type { Emit } from './events.ts';
import { execute } from './execute.ts';
import type { Execution } from './execute.ts';

export interface StopContext {
  readonly journal: Journal;
  readonly kinds: EffectKinds;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
  /** Runs a command of the host; what went wrong, if anything did. */
  run(argv: readonly string[], timeoutMs: number): Promise<string | undefined>;
}

/**
 * Stops nodes: each is asked to stop by itself, where its platform knows how; then the effect that its life hangs on is
 * unmade, with what hangs on that. Its other parts stay, and so does what is known of its start command. The journal
 * knows that it is to be so before anything is done.
 */
export async function stopNodes(nodes: readonly NodeRecord[], context: StopContext): Promise<Execution> {
  const { journal, emit } = context;
  const names = [...new Set([...journal.stopped, ...nodes.map(({ name }) => name)])].sort();
  journal.append([{ type: 'stopped', nodes: names }], { durable: true });
  await askAll(nodes, context);
  const unmake = [...inOrder(livesOf(nodes, journal))]
    .reverse()
    .map((effect) => ({ effect, why: ['the node is stopped'] }));
  const byStage: Record<string, number> = {};
  for (const { effect } of unmake) byStage[effect.stage] = (byStage[effect.stage] ?? 0) + 1;
  const kept = journal.effects.size - unmake.length;
  emit({ type: 'delta', make: 0, change: 0, unmake: unmake.length, kept, byStage });
  return execute({ unmake, change: [], make: [], settle: [], kept }, context);
}

/**
 * Nodes whose stop was begun and not ended, as its run was killed or interrupted. They may have been asked already, and
 * be about to end: nobody can build on what of them still lives.
 */
export function halfStopped({ nodes, stopped, effects }: Journal): readonly NodeRecord[] {
  return nodes.filter(({ name, alive }) => stopped.has(name) && alive !== undefined && effects.has(alive));
}

/** The effects that nodes live by, and all that would be lost or useless without them. */
function livesOf(nodes: readonly NodeRecord[], journal: Journal): readonly PlannedEffect[] {
  const going = new Set(nodes.flatMap(({ alive }) => (alive === undefined ? [] : [alive])));
  const recorded = [...journal.effects.values()].filter(({ effect, found }) => !found && !effect.keep);
  for (let before = -1; before !== going.size;) {
    before = going.size;
    for (const { effect } of recorded) {
      const { within, diesWith } = effect.edges;
      if ([...within, ...diesWith].some((id) => going.has(id))) going.add(effectId(effect));
    }
  }
  return recorded.map(({ effect }) => effect).filter((effect) => going.has(effectId(effect)));
}

const PAUSE_MS = 100;
const CUT_OFF_MS = 2000;

/** As many at a time as there are cores, since shutting down is work; nobody is waited for longer than its platform says. */
async function askAll(nodes: readonly NodeRecord[], context: StopContext): Promise<void> {
  const left = nodes.flatMap(({ name, alive, stop }) => (alive && stop ? [{ name, alive, stop }] : []));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next && !context.signal?.aborted; next = left.shift()) {
      const refused = await ask(next, context);
      if (refused !== undefined) context.emit({ type: 'note', text: `${next.name} ${refused}: it is ended` });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** @returns why the node has not stopped by itself, where it has not. */
async function ask(
  { alive, stop }: Required<Pick<NodeRecord, 'alive' | 'stop'>>,
  { journal, kinds, signal, run }: StopContext,
): Promise<string | undefined> {
  const effects = [journal.recorded(alive)?.effect ?? []].flat();
  const isThere = async (): Promise<boolean> => {
    const seen = await observeAll(effects, journal, kinds);
    return (seen.get(alive)?.state ?? 'absent') !== 'absent';
  };
  if (!(await isThere())) return undefined;
  const deadline = Date.now() + stop.seconds * 1000;
  const failure = await run(stop.argv, stop.seconds * 1000);
  // Who stops at once may have cut the line that it was asked over.
  const patience = failure === undefined ? deadline : Math.min(deadline, Date.now() + CUT_OFF_MS);
  while (await isThere()) {
    if (signal?.aborted) return undefined;
    if (Date.now() > patience) {
      return failure === undefined
        ? `did not stop by itself within ${stop.seconds} s`
        : `could not be asked to stop (${failure})`;
    }
    await sleep(PAUSE_MS);
  }
  return undefined;
}
