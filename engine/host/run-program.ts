import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ProgramAnswer, ProgramRequest } from '../stage/program.ts';
import { sandboxed } from './sandbox.ts';

const MOST_OUTPUT = 16 * 1024 * 1024;
const MOST_ERRORS = 16 * 1024;

/**
 * Runs a program where it can change nothing, and gives it time and room for its answer; what it started is gone with it.
 * @throws UserError where the host has no such place.
 */
export function runProgram({ argv, input, sees, seconds }: ProgramRequest): Promise<ProgramAnswer> {
  const [command, ...words] = sandboxed(argv, { sees, cpuSeconds: Math.ceil(seconds) + 1 });
  return new Promise((resolve, reject) => {
    const child = spawn(command!, words, { cwd: '/', env: { PATH: process.env['PATH'] }, stdio: 'pipe' });
    const output: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let killed: ProgramAnswer['killed'];
    const kill = (why: NonNullable<ProgramAnswer['killed']>): void => {
      killed ??= why;
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => kill('time'), seconds * 1000);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) kill('output');
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MOST_ERRORS);
    });
    // It need not read what it is asked.
    child.stdin.on('error', () => {}).end(input);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128 + constants.signals[signal!];
      resolve({ status, stdout: Buffer.concat(output).toString(), stderr, ...(killed && { killed }) });
    });
  });
}
