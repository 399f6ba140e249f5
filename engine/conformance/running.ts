import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a command ended. */
export interface Ended {
  /** 128 + N where signal N ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command at work. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  stdout(): string;
  /** A signal, SIGKILL unless said, for the program alone, or for its whole process group; `start` it with `setsid` for that. */
  kill(whom: 'program' | 'group', by?: NodeJS.Signals): Promise<void>;
  /** Ends its standard input. */
  endInput(): void;
  say(text: string): void;
}

/** Polls until `condition` holds. */
export async function until(
  condition: () => Promise<boolean>,
  otherwise: string,
  watched?: Running,
  patienceMs = 30_000,
): Promise<void> {
  let ended: Ended | undefined;
  void watched?.ended.then((end) => (ended = end));
  for (const deadline = Date.now() + patienceMs; !(await condition()); await sleep(20)) {
    if (ended) throw new Error(`${otherwise}: ${ended.stderr}`);
    if (Date.now() > deadline) throw new Error(otherwise);
  }
}

/** An error that shows how a command ended. */
export function failed(argv: readonly string[], { code, stdout, stderr }: Ended): Error {
  return new Error(`${argv.join(' ')} ended with ${code}\n${stderr}\n${stdout.slice(-4000)}`);
}

/** Starts a command, its environment this one's PATH and little else. */
export function running(argv: readonly string[], { input, env }: RunOptions): Running {
  const child = spawn(argv[0]!, argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/root', LANG: 'C.UTF-8', NO_COLOR: '1', ...env },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ code: status ?? (signal ? 137 : -1), stdout: text(out), stderr: text(err) });
    });
    child.on('exit', () => {
      const held = new Error(
        `${argv.join(' ')} has ended, and something that it left behind holds its output open`,
      );
      setTimeout(() => reject(held), PATIENCE_MS).unref();
    });
  });
  ended.catch(() => undefined); // told to whoever awaits it
  return {
    ended,
    stdout: () => text(out),
    async kill(whom, by = 'SIGKILL') {
      for (;;) {
        // nsenter waits for the program, which is its child: in a PID namespace one has to be born.
        const [program] = childrenOf(child.pid!);
        if (program !== undefined) return signal(whom === 'group' ? -program : program, by);
        if (child.exitCode !== null || child.signalCode !== null) return;
        await sleep(1);
      }
    },
    endInput: () => child.stdin.end(),
    say: (line) => child.stdin.write(line),
  };
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it had just ended
  }
}

/** Between a command's end and that of its output. */
const PATIENCE_MS = 5_000;
