import { isAlive } from '../host/process-state.ts';
import type { ProcessState } from '../host/process-state.ts';
import type { JournalState } from '../journal/journal.ts';
import { groupBy } from '../model/group-by.ts';
import type { Recorded } from '../plan/kind.ts';
import type { NodeRecord } from '../plan/plan.ts';
import { isStopped } from './enter.ts';

/** Why a node cannot be worked with yet. */
export interface Unready {
  readonly node: string;
  readonly why: string;
  /** Its failure is known: nobody has to be waited for. */
  readonly failed: boolean;
}

/**
 * Which of these nodes are not complete, by the journal and the processes that it names; nothing else is looked at.
 * @param boot the id of this host's boot.
 */
export function unreadyNodes(
  nodes: readonly NodeRecord[],
  journal: JournalState,
  boot: string,
): readonly Unready[] {
  const rebooted = journal.lastRun?.boot !== boot;
  const byNode = groupBy(
    [...journal.effects.values()].filter(({ effect }) => effect.stage.startsWith('launch/')),
    ({ effect }) => effect.node,
  );
  return nodes.flatMap((node): readonly Unready[] => {
    const found = rebooted
      ? { why: 'went when this host was started anew', failed: false }
      : whyNot(node, byNode.get(node.name) ?? [], journal);
    return found ? [{ node: node.name, ...found }] : [];
  });
}

function whyNot(
  node: NodeRecord,
  parts: readonly Recorded[],
  journal: JournalState,
): Omit<Unready, 'node'> | undefined {
  if (isStopped({ journal }, node)) return { why: 'was stopped', failed: false };
  const failure = parts.find((part) => part.failure)?.failure;
  if (failure) return { why: `failed: ${failure.message}`, failed: true };
  const made = parts.filter(({ status }) => status === 'made');
  const gone = made.find(({ effect, state }) => effect.kind === 'process' && !isAlive(state as ProcessState));
  if (gone) return { why: `its process ${gone.effect.name} died`, failed: false };
  const all = Math.max(node.parts ?? 0, parts.length);
  if (made.length < all) return { why: `has ${made.length} of its ${all} parts`, failed: false };
  return unshaped(node, journal);
}

function unshaped({ shapedBy = [] }: NodeRecord, journal: JournalState): Omit<Unready, 'node'> | undefined {
  const shapers = shapedBy.map((id) => journal.effects.get(id));
  const failure = shapers.find((one) => one?.failure)?.failure;
  if (failure) return { why: `has links that are not shaped: ${failure.message}`, failed: true };
  const there = shapers.every((one) => one?.status === 'made' && isAlive(one.state as ProcessState));
  return there ? undefined : { why: 'has links that are not shaped', failed: false };
}
