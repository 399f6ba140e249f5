import { existsSync } from 'node:fs';
import type { NodeRecord } from '../../plan/plan.ts';
import { findNode, inside, refuseNotRunning } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import { cleanEnv, runInside } from '../run-inside.ts';
import type { TargetOptions } from '../target.ts';

/** `shell NODE`: a terminal in the node; the exit code is the shell's. */
export async function shell(nodeName: string, options: TargetOptions, _io: Io): Promise<number> {
  const known = openKnown(options, 'shell');
  const node = findNode(known, nodeName);
  if (!node.shell && node.entry?.process === undefined && node.ssh) {
    refuseNotRunning(known, node);
    return runInside(node.ssh, process.env);
  }
  const argv = inside(known, node, shellOf(node));
  const env = node.entry?.process === undefined ? process.env : cleanEnv({ PS1: `${nodeName}:\${PWD}# ` });
  return runInside(argv, env);
}

/** The platform's choice; else bash where the host has it, with a prompt that names the node either way. */
function shellOf(node: NodeRecord): readonly string[] {
  if (node.shell) return node.shell;
  if (!node.entry?.hostTools) return ['/bin/sh', '-l'];
  return existsSync('/bin/bash') ? ['/bin/bash', '-l'] : ['/bin/sh', '-i'];
}
