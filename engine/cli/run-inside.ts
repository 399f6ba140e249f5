import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a command with our stdin, stdout and stderr, and passes signals on to it.
 * @returns its exit code, 128 + n where signal n ended it.
 */
export async function runInside(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(argv[0]!, argv.slice(1), { stdio: 'inherit', cwd: '/', env });
  const handlers = FORWARDED.map((signal) => {
    const handler = (): void => {
      // What the terminal sends to us it has sent to the command too.
      if (FROM_TERMINAL.includes(signal) && isInForeground()) return;
      if (child.pid !== undefined) send(signal, child.pid);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
    });
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

/** The environment of a command inside a node: nothing of the caller's but the terminal and the language. */
export function cleanEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { TERM, LANG } = process.env;
  return {
    ...(TERM !== undefined && { TERM }),
    ...(LANG !== undefined && { LANG }),
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    ...more,
  };
}

/** `nsenter` stays outside a PID namespace and passes nothing on: its child is meant. */
function send(signal: NodeJS.Signals, pid: number): void {
  const inner = childrenOf(pid);
  for (const target of inner.length > 0 ? inner : [pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // It has ended by now.
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Whether our process group is the one that the terminal's keys go to (proc(5), stat fields 5 and 8). */
function isInForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[2] === fields[5];
}
