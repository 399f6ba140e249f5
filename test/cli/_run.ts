import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { packageRoot } from '../../engine/config/package-root.ts';

// The first command line of a changed engine compiles it.
jest.setTimeout(60_000);

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const root = packageRoot();
export const golden = fileURLToPath(new URL('../golden/cli/', import.meta.url));

/** Runs the program as a user would, in the folder of the package, without colours unless `env` asks for them. */
export function benito(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _force, NO_COLOR: _no, ...inherited } = process.env;
  const argv = [join(root, 'engine/cli/benito-pipeline.js'), ...args];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      argv,
      { cwd: root, env: { ...inherited, ...env } },
      (error, stdout, stderr) => {
        const code = error ? error.code : 0;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error('no exit code'));
      },
    );
  });
}

/** What differs from host to host and run to run, replaced by what it is. */
export function stable(text: string): string {
  return text
    .replaceAll(root, '<root>')
    .replace(/\b192\.168\.\d+\.\d+\b/g, '<lease>')
    .replace(/\b06:00(:[0-9a-f]{2}){4}\b/g, '<lease mac>')
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\d+ characters/g, '<n> characters')
    .replace(/^( {2}. process [\w.-]+): .*/gm, '$1: <argv>') // the platform's own affair
    .replace(/^( {2}. network namespace [\w.-]+) with .*/gm, '$1 with <sysctls>');
}

/** The text of a golden file; UPDATE_GOLDEN=1 writes it anew. */
export function expected(name: string, actual: string): string {
  const file = join(golden, name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
