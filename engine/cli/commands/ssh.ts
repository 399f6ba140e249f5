import { findNode, refuseNotRunning } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import { verbMissing } from '../refuse-verb.ts';
import { runInside } from '../run-inside.ts';
import type { TargetOptions } from '../target.ts';

/**
 * `ssh NODE [-- COMMAND...]`: a login over the control net, with a terminal unless there is a command; its words go to
 * ssh as they are, which joins them for the node's shell. The exit code is ssh's.
 */
export async function ssh(
  nodeName: string,
  command: readonly string[],
  options: TargetOptions,
  _io: Io,
): Promise<number> {
  const known = openKnown(options, 'ssh');
  const node = findNode(known, nodeName);
  refuseNotRunning(known, node);
  if (!node.ssh) {
    const instead = command.length > 0 ? `exec ${nodeName} -- COMMAND` : `shell ${nodeName}`;
    throw verbMissing(known, node, 'ssh', instead);
  }
  return runInside([...node.ssh, ...command], process.env);
}
