import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** How a command went. `ms` from its spawn to the close of its pipes. */
export interface Timed {
  readonly ms: number;
  readonly stdout: string;
}

const running = new Set<ChildProcess>();

/** Ends what `timed` waits for, which then fails: whoever asked for it cleans up. */
export function endRunning(): void {
  for (const child of running) child.kill('SIGTERM');
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
    running.add(child);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      const ms = performance.now() - started;
      running.delete(child);
      const said = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
      if (status === 0) resolve({ ms, stdout: said(stdout) });
      else
        reject(new Error(`${argv.join(' ')} ended with ${status ?? signal}:\n${said(stderr).slice(-2000)}`));
    });
  });
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
