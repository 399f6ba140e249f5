import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { GUIDE, currentGuide } from '../../config/reference/guide.ts';
import { packageRoot } from '../../engine/config/package-root.ts';

jest.setTimeout(120_000);

/** A listing with what the comment above it says of it. */
interface Listing {
  readonly what: 'file' | 'mine' | 'run';
  readonly path: string;
  readonly text: string;
}

const root = packageRoot();
const file = join(root, GUIDE);
const guide = readFileSync(file, 'utf8');
const listings = [...guide.matchAll(/^<!-- (file|mine|run)(?:: (\S+))? -->\n```\w+\n([^]*?)^```$/gm)].map(
  ([, what, path = '', text = '']) => ({ what, path, text }) as Listing,
);

/** Where a reader of the guide writes its listings down. */
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'benito-guide-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
    if (text.startsWith('#!')) chmodSync(join(home, path), 0o755);
  };
  for (const { what, path, text } of listings) {
    if (what === 'mine') write(path, text);
    if (what === 'file') write(join('again', path), text);
  }
  write('bin/benito-pipeline', `#!/bin/sh\nexec node ${root}/engine/cli/benito-pipeline.js "$@"\n`);
  symlinkSync(root, join(home, 'benito-pipeline'));
  // Whoever is asked to read a listing may, be he nobody.
  execFileSync('chmod', ['-R', 'go+rX', home]);
});
afterAll(() => rmSync(home, { recursive: true }));

/** Standard output and error of a command line, typed in that place. */
function typed(command: string): string {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _force, ...env } = process.env;
  const { stdout } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
    cwd: home,
    encoding: 'utf8',
    env: { ...env, HOME: home, PATH: `${home}/bin:${process.env['PATH']}` },
  });
  return stdout.replaceAll(home, '~');
}

/** What a plan with these stages is, whatever they are written in. */
function planned(...options: readonly string[]): unknown {
  const text = typed(
    `benito-pipeline plan two.xml --json -e demo/guide --var /var/benito-guide ${options.join(' ')}`,
  );
  const { effects } = (JSON.parse(text) as { plan: { effects: readonly Record<string, unknown>[] } }).plan;
  return effects.map(({ stage: _stage, ...effect }) => effect);
}

test('every listing says what it is', () => {
  expect(listings.length).toBe([...guide.matchAll(/^```\w+$/gm)].length);
  expect(listings.length).toBeGreaterThan(10);
});

test('listings of shipped files, and the reference, are current (npm run generate writes them anew)', () => {
  expect(currentGuide(guide)).toBe(guide);
});

test('the listings of shipped files are the whole platform', () => {
  const shipped = execFileSync('sh', ['-c', 'ls setup/tap/_platform.yaml launch/tap/*.sh'], {
    cwd: root,
    encoding: 'utf8',
  });
  const listed = listings.filter(({ what }) => what === 'file').map(({ path }) => path);
  expect([...listed].sort()).toEqual(shipped.trim().split('\n').sort());
});

describe('the listings do what is said of them', () => {
  test.each([
    ['the platform, copied from the guide', 'again'],
    ['a stage of it in TypeScript', 'typescript'],
    ['a stage of it in Python', 'python'],
  ])('%s, gives the plan that the shipped one gives', (_, folder) => {
    const shipped = planned();
    expect((shipped as unknown[]).length).toBeGreaterThan(10);
    expect(planned('--stages', folder)).toEqual(shipped);
  });

  test('commands print what is shown (UPDATE_GOLDEN=1 writes it anew)', () => {
    const now = guide.replace(
      /(^<!-- run -->\n```console\n)([^]*?)^```$/gm,
      (_, head: string, text: string) => {
        const commands = text.split('\n').filter((line) => line.startsWith('$ '));
        return `${head}${commands.map((line) => `${line}\n${typed(line.slice(2))}`).join('')}\`\`\``;
      },
    );
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, now);
    else expect(now).toBe(guide);
  });
});
