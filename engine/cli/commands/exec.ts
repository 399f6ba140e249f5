import { findNode, inside } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import { cleanEnv, runInside } from '../run-inside.ts';
import type { TargetOptions } from '../target.ts';

/** `exec NODE -- COMMAND...`: runs it inside the node, in `/`, and answers with its exit code. */
export async function exec(
  nodeName: string,
  command: readonly string[],
  options: TargetOptions,
  _io: Io,
): Promise<number> {
  const known = openKnown(options, 'exec');
  const node = findNode(known, nodeName);
  const argv = inside(known, node, command);
  // What runs on the host (ssh, say) needs the caller's environment.
  const env = node.entry?.process === undefined ? process.env : cleanEnv();
  return runInside(argv, env);
}
