import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pingAll } from '../answer.ts';
import type { Competitor } from '../competitor.ts';

/**
 * Mininet's `single,SIZE` with Linux bridges, by its Python API. It lives in namespaces of its own, which end with its
 * driver: Mininet's own cleaning up would kill by name. Python's start and Mininet's import are not timed.
 */
export function mininet(size: number): Competitor {
  let driver: Driver | undefined;
  const ask = async (...words: readonly string[]): Promise<void> => {
    driver ??= await startDriver(size);
    await driver.ask(words);
  };
  return {
    name: 'Mininet (lxbr)',
    prepare: () => ask('hello'),
    up: () => ask('up'),
    answer: () =>
      ask('answer', ...pingAll(Array.from({ length: size }, (_, index) => `10.0.0.${index + 1}`))),
    down: () => ask('down'),
    async clean() {
      await driver?.end();
    },
  };
}

interface Driver {
  ask(words: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

async function startDriver(size: number): Promise<Driver> {
  const child: ChildProcess = spawn(
    'unshare',
    [
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--',
      '/usr/bin/python3',
      fileURLToPath(new URL('mininet-driver.py', import.meta.url)),
      String(size),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]() as AsyncIterator<
    string,
    undefined
  >;
  const ended = once(child, 'close');
  const driver: Driver = {
    async ask(words) {
      child.stdin!.write(`${words.join(' ')}\n`);
      const { value, done } = await answers.next();
      if (done || value !== 'done')
        throw new Error(`Mininet, asked to ${words[0]}: ${value ?? 'it has ended'}`);
    },
    async end() {
      child.stdin!.end();
      await ended;
    },
  };
  return driver;
}
