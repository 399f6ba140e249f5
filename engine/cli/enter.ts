import { bootId } from '../host/session.ts';
import { isAlive, processState } from '../host/process-state.ts';
import { UserError } from '../model/problem.ts';
import type { Entry } from '../platform/define.ts';
import type { NodeRecord } from '../plan/plan.ts';
import { suggester } from '../topdl/suggest.ts';
import type { Known } from './known.ts';

const FLAGS = {
  net: ['--net'],
  // With its root too: a host that is itself a chroot has another root than its mount namespace.
  mnt: ['--mount', '--root', '--wd'],
  uts: ['--uts'],
  pid: ['--pid'],
  ipc: ['--ipc'],
} as const;
type Namespace = keyof typeof FLAGS;

/**
 * The node of that name.
 * @throws UserError where the experiment is not up, or has no such node: with the names that are nearest.
 */
export function findNode({ full, journal }: Known, name: string): NodeRecord {
  if (journal.nodes.length === 0 || journal.effects.size === 0) {
    throw new UserError({
      code: 'not-up',
      message: `${full} is not up`,
      hint: 'bring it up: benito-pipeline up EXPERIMENT',
    });
  }
  const found = journal.nodes.find((node) => node.name === name);
  if (found) return found;
  throw new UserError({
    code: 'unknown-node',
    message: `${full} has no node '${name}'`,
    hint: `its nodes: ${suggester()(
      name,
      journal.nodes.map((node) => node.name),
    )}`,
  });
}

/**
 * What to put before a command so that it runs inside a node.
 * @param namespaces only these of the node's; all unless said.
 * @throws UserError where the node does not run, or its platform knows no way in.
 */
export function wayInto(
  known: Known,
  node: NodeRecord,
  namespaces?: readonly Namespace[],
): readonly string[] {
  if (node.ghost) {
    throw new UserError({
      code: 'ghost-node',
      message: `${node.name} is a ghost: it has its resources and is not started`,
      hint: 'take containers:ghost off it in the experiment, and bring it up again',
    });
  }
  if (!node.entry) {
    throw new UserError({
      code: 'no-way-in',
      message: `the platform ${node.platform} of ${node.name} declares no way into its nodes`,
      hint: `let the platform declare verbs.exec in setup/${node.platform}/_platform.ts`,
    });
  }
  const way = wayBy(known, node.entry, namespaces);
  if (way) return way;
  const rebooted = known.journal.lastRun?.boot !== bootId();
  throw new UserError({
    code: 'node-not-running',
    message: rebooted
      ? `${node.name} is not running: this host was started anew since ${known.full} came up`
      : `${node.name} is not running`,
    hint: 'see what died: benito-pipeline status; mend it: benito-pipeline up EXPERIMENT',
  });
}

/** Whether there is a living process to enter; nodes that are entered by a command are taken at their word. */
export function canBeEntered(known: Known, node: NodeRecord): boolean {
  return !node.ghost && node.entry !== undefined && wayBy(known, node.entry) !== undefined;
}

function wayBy({ journal }: Known, entry: Entry, only?: readonly Namespace[]): readonly string[] | undefined {
  const command = entry.argv ?? [];
  if (entry.process === undefined) return command;
  const state = processState(entry.process, journal);
  if (!state || !isAlive(state)) return undefined;
  const wanted = (entry.namespaces ?? []).filter((name) => !only || only.includes(name));
  return ['nsenter', `--target=${state.pid}`, ...wanted.flatMap((name) => FLAGS[name]), '--', ...command];
}
