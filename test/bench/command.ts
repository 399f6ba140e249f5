import { spawn } from 'node:child_process';
import { failed } from '../system/_host.ts';
import type { Ended, Host } from '../system/_host.ts';

/** How a command went. `ms` from its spawn to the close of its pipes. */
export interface Timed {
  readonly ms: number;
  readonly stdout: string;
}

/** What ends each command that is waited for. */
const running = new Set<() => void>();
let isEnding = false;

/** Ends what `timed` and `onHost` wait for, which then fails: whoever asked for it cleans up. */
export function endRunning(): void {
  isEnding = true;
  for (const end of running) end();
}

/**
 * Runs a command and stops the time.
 * @throws Error with its stderr if it does not end with status 0.
 */
export function timed(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Timed> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const end = (): void => void child.kill('SIGTERM');
    running.add(end);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const ms = performance.now() - started;
      running.delete(end);
      const said = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
      if (status === 0) resolve({ ms, stdout: said(stdout) });
      else
        reject(new Error(`${argv.join(' ')} ended with ${status ?? signal}:\n${said(stderr).slice(-2000)}`));
    });
  });
}

/**
 * Runs a command on a throw-away host.
 * @throws Error with all that it said if it does not end with status 0; also once it was asked for the end.
 */
export async function onHost(host: Host, argv: readonly string[]): Promise<Ended> {
  if (isEnding) throw new Error('told to end');
  const command = host.start(argv);
  const end = (): void => void command.kill('program', 'SIGTERM');
  running.add(end);
  try {
    const ended = await command.ended;
    if (ended.code !== 0) throw failed(argv, ended);
    return ended;
  } finally {
    running.delete(end);
  }
}

/** As `timed`, with the greatest resident size of the command and of what it waited for, in MB (wait4). */
export async function timedWithMemory(argv: readonly string[]): Promise<Timed & { readonly peakMb: number }> {
  const program =
    'import os, signal, sys\n' +
    'pid = os.fork()\n' +
    'if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])\n' +
    'signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))\n' +
    '_, status, usage = os.wait4(pid, 0)\n' +
    'print("\\npeak", usage.ru_maxrss)\n' +
    'sys.exit(os.waitstatus_to_exitcode(status))\n';
  const result = await timed(['/usr/bin/python3', '-c', program, ...argv]);
  const peak = /\npeak (\d+)\n$/.exec(result.stdout);
  return { ...result, peakMb: Number(peak![1]) / 1024 };
}
