import { quote } from '../host/batch.ts';
import { bootId } from '../host/boot-id.ts';
import { isAlive, processState } from '../host/process-state.ts';
import type { ProcessState } from '../host/process-state.ts';
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
  if (journal.nodes.length === 0 || journal.effects.size === 0) throw notUp(full);
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

/** Of an experiment that is not up. */
export function notUp(full: string): UserError {
  return new UserError({
    code: 'not-up',
    message: `${full} is not up`,
    hint: 'bring it up: benito-pipeline up EXPERIMENT',
  });
}

/**
 * A command as it runs inside a node.
 * @param namespaces only these of the node's; all unless said.
 * @throws UserError where the node does not run, or its platform knows no way in.
 */
export function inside(
  known: Known,
  node: NodeRecord,
  command: readonly string[],
  namespaces?: readonly Namespace[],
): readonly string[] {
  refuseGhost(node);
  if (!node.entry) {
    throw new UserError({
      code: 'no-way-in',
      message: `the platform ${node.platform} of ${node.name} declares no way into its nodes`,
      hint: `let the platform declare verbs.exec in setup/${node.platform}/_platform.ts or .yaml`,
    });
  }
  const way = isRunning(known, node) ? wayBy(known, node.entry, namespaces) : undefined;
  if (way) return [...way, ...(node.entry.quoted ? command.map(quote) : command)];
  throw notRunning(known, node);
}

/** @throws UserError where the user asked for a node that is never started. */
export function refuseGhost(node: NodeRecord): void {
  if (!node.ghost) return;
  throw new UserError({
    code: 'ghost-node',
    message: `${node.name} is a ghost: it has its resources and is not started`,
    hint: 'take containers:ghost off it in the experiment, and bring it up again',
  });
}

/** @throws UserError that says why a node does not run, where it does not. */
export function refuseNotRunning(known: Known, node: NodeRecord): void {
  refuseGhost(node);
  if (!isRunning(known, node)) throw notRunning(known, node);
}

/** Whether there is a living process to enter; a node whose life is no process's is taken at its word. */
export function canBeEntered(known: Known, node: NodeRecord): boolean {
  if (node.ghost || node.entry === undefined || !isRunning(known, node)) return false;
  return wayBy(known, node.entry) !== undefined;
}

/** Whether the user has stopped a node, and nobody has started it since. */
export function isStopped({ journal }: Pick<Known, 'journal'>, node: NodeRecord): boolean {
  return journal.stopped.has(node.name) && (node.alive === undefined || !journal.effects.has(node.alive));
}

/** Whether the process that a node's life hangs on is alive, as far as it is one. */
function isRunning(known: Known, node: NodeRecord): boolean {
  const { journal } = known;
  if (isStopped(known, node)) return false;
  const alive = node.alive === undefined ? undefined : journal.effects.get(node.alive);
  if (node.alive?.startsWith('process ') !== true) return true;
  return alive?.state !== undefined && isAlive(alive.state as ProcessState);
}

function notRunning(known: Known, node: NodeRecord): UserError {
  const { journal, full } = known;
  if (isStopped(known, node)) {
    return new UserError({
      code: 'node-stopped',
      message: `${node.name} was stopped`,
      hint: `start it: benito-pipeline start ${node.name} -e ${full}`,
    });
  }
  const rebooted = journal.lastRun?.boot !== bootId();
  return new UserError({
    code: 'node-not-running',
    message: rebooted
      ? `${node.name} is not running: this host was started anew since ${full} came up`
      : `${node.name} is not running`,
    hint: 'see what died: benito-pipeline status; mend it: benito-pipeline up EXPERIMENT',
  });
}

function wayBy({ journal }: Known, entry: Entry, only?: readonly Namespace[]): readonly string[] | undefined {
  const command = entry.argv ?? [];
  if (entry.process === undefined) return command;
  // Process ids and times since boot are given out again after a reboot.
  if (journal.lastRun?.boot !== bootId()) return undefined;
  const state = processState(entry.process, journal);
  if (!state || !isAlive(state)) return undefined;
  const wanted = (entry.namespaces ?? []).filter((name) => !only || only.includes(name));
  return ['nsenter', `--target=${state.pid}`, ...wanted.flatMap((name) => FLAGS[name]), '--', ...command];
}
