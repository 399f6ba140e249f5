import { findNode, refuseNotRunning } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import { verbMissing } from '../refuse-verb.ts';
import { runInside } from '../run-inside.ts';
import type { TargetOptions } from '../target.ts';

/** `console NODE`: the user's terminal becomes the node's console until it is left; the exit code is its command's. */
export async function attachConsole(nodeName: string, options: TargetOptions, _io: Io): Promise<number> {
  const known = openKnown(options, 'console');
  const node = findNode(known, nodeName);
  refuseNotRunning(known, node);
  if (!node.console) throw verbMissing(known, node, 'console', `shell ${nodeName}`);
  return runInside(node.console, process.env);
}
