import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync, readFileSync } from 'node:fs';
import { findNode } from '../enter.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import { startCommandOf } from '../status/start-command.ts';
import type { StartCommand } from '../status/start-command.ts';
import { tailOf } from '../status/tail.ts';
import type { TargetOptions } from '../target.ts';

export interface LogsOptions extends TargetOptions {
  /** Wait for more until the command has ended. */
  readonly follow?: boolean;
}

const PAUSE_MS = 200;

/** `logs NODE`: what the node's start command wrote, its stderr marked, and how it is doing. */
export async function logs(nodeName: string, options: LogsOptions, io: Io): Promise<number> {
  const known = openKnown(options, 'logs');
  const node = findNode(known, nodeName);
  let command = startCommandOf(known, node);
  if (!command) {
    if (io.asJson) io.json({ node: nodeName, command: null });
    else io.print(`${nodeName} has no start command`);
    return 0;
  }
  const stdout = tailOf(command.stdout);
  const stderr = tailOf(command.stderr);
  const print = (last: boolean): void => {
    if (io.asJson) return;
    for (const line of stdout.read(last)) io.print(line);
    for (const line of stderr.read(last)) io.print(`[stderr] ${line}`);
  };
  while (options.follow && command?.state === 'running') {
    print(false);
    await sleep(PAUSE_MS);
    command = startCommandOf(known, node);
  }
  print(true);
  if (io.asJson) io.json(asJson(nodeName, command!));
  else io.print(statusLine(nodeName, command!));
  return 0;
}

function statusLine(node: string, { state, exitStatus, command }: StartCommand): string {
  const words = {
    'not-run': 'has not been run',
    running: 'is running',
    ended: `ended with status ${exitStatus}`,
    lost: 'was killed, and left no exit status',
  };
  return `-- the start command of ${node} ${words[state]}: ${command}`;
}

function asJson(node: string, command: StartCommand): unknown {
  const text = (path: string | undefined): string =>
    path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  return {
    node,
    command: command.command,
    state: command.state,
    exitStatus: command.exitStatus ?? null,
    stdout: text(command.stdout),
    stderr: text(command.stderr),
  };
}
