import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findCommand } from '../../host/find-command.ts';

/** A command's stdout; undefined where there is no such command or it failed. */
export function output(command: string, ...args: readonly string[]): string | undefined {
  const path = findCommand(command);
  if (path === undefined) return undefined;
  const { status, stdout } = spawnSync(path, args, { encoding: 'utf8', timeout: 5000, maxBuffer: 1 << 26 });
  return status === 0 ? stdout : undefined;
}

/** A file's text without its last newline; undefined where it is not there or may not be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** A number of /proc/sys, by its dotted name. */
export function sysctl(name: string): number | undefined {
  const text = textOf(`/proc/sys/${name.replaceAll('.', '/')}`);
  return text === undefined ? undefined : Number(text);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
