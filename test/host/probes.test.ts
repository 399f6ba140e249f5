import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { answerProbes } from '../../engine/host/probes.ts';

const probe = (...argv: readonly string[]) => ({ name: 'p', argv });
const shell = (script: string) => probe('sh', '-c', script);

test('answers come in order, with status and output', async () => {
  const probes = [shell('sleep 0.1; echo one'), shell('echo two; exit 3'), shell('echo no >&2')];
  expect(await answerProbes(probes)).toEqual([
    { status: 0, stdout: 'one\n' },
    { status: 3, stdout: 'two\n' },
    { status: 0, stdout: '' },
  ]);
});

test('a program that is not there, that is none, or that a signal ended, is an answer too', async () => {
  const answers = await answerProbes([probe('/nonexistent'), probe('/etc/passwd'), shell('kill -9 $$')]);
  expect(answers.map(({ status }) => status)).toEqual([127, 126, 137]);
});

test('a probe whose time is up is killed with its offspring, and keeps what it said', async () => {
  const slow = { ...shell('echo $$; sleep 78 & sleep 79'), seconds: 0.3 };
  const [answer] = await answerProbes([slow]);
  expect(answer!.status).toBe(124);
  expect(groupLives(Number(answer!.stdout))).toBe(false);
});

test('what a probe leaves behind in its process group goes with it', async () => {
  const [answer] = await answerProbes([shell('sleep 78 & echo $$')]);
  expect(answer!.status).toBe(0);
  expect(groupLives(Number(answer!.stdout))).toBe(false);
});

function groupLives(pid: number): boolean {
  expect(pid).toBeGreaterThan(1);
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  // Dead, and not yet buried by whoever adopted them.
  return existsSync(`/proc/${pid}`);
}
