import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { canonicalJson } from '../model/json.ts';
import type { Probe, ProbeAnswer } from '../stage/define.ts';
import { TIMED_OUT } from './batch.ts';
import { bootId } from './boot-id.ts';
import { PROBES_FILE, changeRegistry } from './registry.ts';

/**
 * Asks this host. Answers that were remembered in this boot are given again.
 * @param options.remember write down the answers to expensive probes: for runs whose experiment the host knows.
 */
export async function answerProbes(
  probes: readonly Probe[],
  options: { readonly remember?: boolean } = {},
): Promise<readonly ProbeAnswer[]> {
  const known = probes.some(({ remember }) => remember) ? readMemory() : {};
  const found: Record<string, ProbeAnswer> = {};
  const answers = await Promise.all(
    probes.map(async (probe) => {
      const key = canonicalJson(probe.argv);
      if (probe.remember && known[key]) return known[key];
      const answer = await ask(probe);
      if (probe.remember && isFinal(answer)) found[key] = answer;
      return answer;
    }),
  );
  if (options.remember && Object.keys(found).length > 0) await addToMemory(found);
  return answers;
}

const DEFAULT_SECONDS = 10;
/** How long its output is waited for once it has ended: somebody who left its process group may hold on to it. */
const LAST_WORDS_MS = 500;

function ask({ argv: [program = '', ...words], seconds = DEFAULT_SECONDS }: Probe): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      detached: true,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const output: Buffer[] = [];
    let status: number | undefined;
    const timers = [
      setTimeout(() => {
        status = TIMED_OUT;
        killGroup(child.pid);
      }, seconds * 1000),
    ];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      timers.forEach(clearTimeout);
      resolve({ status: code === 'ENOENT' ? 127 : 126, stdout: '' });
    });
    child.once('exit', (code, signal) => {
      status ??= code ?? 128 + constants.signals[signal!];
      killGroup(child.pid);
      timers.push(setTimeout(() => child.stdout.destroy(), LAST_WORDS_MS));
    });
    child.once('close', () => {
      timers.forEach(clearTimeout);
      resolve({ status: status!, stdout: Buffer.concat(output).toString() });
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether the program had its say: what did not run, or not to its end, may do so another time. */
function isFinal({ status }: ProbeAnswer): boolean {
  return status < TIMED_OUT;
}

type Memory = Readonly<Record<string, ProbeAnswer>>;

/** What was remembered in this boot, by argv; nothing for those who are not root. */
function readMemory(): Memory {
  if (process.getuid?.() !== 0 || !existsSync(PROBES_FILE)) return {};
  const { boot, answers } = JSON.parse(readFileSync(PROBES_FILE, 'utf8')) as {
    boot: string;
    answers: Memory;
  };
  return boot === bootId() ? answers : {};
}

function addToMemory(found: Memory): Promise<void> {
  return changeRegistry(`process ${process.pid} (remembering what probes found)`, (registry) => {
    const answers = { ...readMemory(), ...found };
    writeFileSync(`${PROBES_FILE}.new`, `${JSON.stringify({ boot: bootId(), answers }, null, 1)}\n`, {
      mode: 0o600,
    });
    renameSync(`${PROBES_FILE}.new`, PROBES_FILE);
    return [registry, undefined];
  });
}
