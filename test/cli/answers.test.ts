import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { benito, expected, root, stable } from './_run.ts';

const XML = 'test/golden/cli/two.xml';
const HERE = ['-e', 'golden/two', '--var', '/nowhere/golden'];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-answers-'));
  mkdirSync(join(folder, 'setup'));
  mkdirSync(join(folder, 'launch/process'), { recursive: true });
  writeFileSync(
    join(folder, 'setup/21_motd.ts'),
    `import { defineStage, effect } from 'benito-pipeline';
import type { One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    motd: One<string>;
  }
}

export default defineStage({
  summary: 'Write a message of the day',
  needs: ['experiment', 'annotated'],
  provides: ['motd'],
  plan({ facts: { experiment, annotated } }) {
    const motd: string = \`\${annotated.elements.length} nodes\\n\`;
    return { effects: [effect.file({ path: \`\${experiment.configDir}/motd\`, content: motd }, { keep: 'user' })], facts: { motd } };
  },
});
`,
  );
  writeFileSync(join(folder, 'launch/process/start_commands.ts'), '');
  writeFileSync(
    join(folder, 'setup/20_hosts.ts'),
    "import { defineStage } from 'benito-pipeline';\nexport default defineStage({ summary: 'No names', provides: ['hosts'], plan: () => ({ facts: { hosts: '' } }) });\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (text: string): string => stable(text).replaceAll(folder, '<folder>');

async function answer(name: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await benito(args);
  expect([code, stderr]).toEqual([0, '']);
  expect(inFolder(stdout)).toBe(expected(`${name}.txt`, inFolder(stdout)));
}

describe('answers (UPDATE_GOLDEN=1 writes them anew)', () => {
  test('check', () => answer('check', ['check', XML]));
  test('stages', () => answer('stages', ['stages', XML]));
  test('stages, with a folder that adds, replaces and masks', () =>
    answer('stages-folder', ['stages', XML, '--stages', folder]));
  // What there is to do is only known to those who may look.
  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('a dry run of one stage, with its facts', () =>
    answer('dry-run-stage', [
      'run',
      'setup',
      XML,
      '--dry-run',
      '--stage',
      'setup/06_addresses',
      ...HERE,
      '--full',
    ]),
  );
  asRoot('a dry run of a drop-in stage', () =>
    answer('dry-run-drop-in', [
      'run',
      'setup',
      XML,
      '--dry-run',
      '--stage',
      '21_motd',
      '--stages',
      folder,
      ...HERE,
    ]),
  );
  asRoot('plan', () => answer('plan', ['plan', XML, ...HERE, '--full']));
});

describe('as JSON', () => {
  test('check is a summary', async () => {
    const { stdout } = await benito(['check', XML, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      nodes: 2,
      substrates: 1,
      interfaces: 2,
      platforms: { process: 2 },
      parts: 1,
      reachability: { substrates: 1, ofSubstrates: 1, pairs: 4 },
      notes: [],
    });
  });

  test('stages are a list with what won and what is masked', async () => {
    const { stdout } = await benito(['stages', XML, '--stages', folder, '--json']);
    const { stages, masked } = JSON.parse(stdout) as {
      stages: { name: string; replaces: string[] }[];
      masked: unknown[];
    };
    expect(stages.find(({ name }) => name === 'setup/20_hosts')!.replaces).toEqual([
      join(root, 'setup/20_hosts.ts'),
    ]);
    expect(masked).toEqual([
      { name: 'launch/process/start_commands', by: join(folder, 'launch/process/start_commands.ts') },
    ]);
  });

  test('a plan is one value, with effects, hash and diffs; the file that --out writes holds the same plan', async () => {
    const out = join(folder, 'two.plan');
    const { stdout, code } = await benito(['plan', XML, ...HERE, '--out', out, '--json']);
    const value = JSON.parse(stdout) as {
      hash: string;
      plan: { effects: unknown[] };
      diffs: { path: string; lines: string[] }[];
    };
    expect(code).toBe(0);
    expect(value.plan.effects.length).toBeGreaterThan(20);
    expect(value.diffs.find(({ path }) => path.endsWith('pid_eid'))!.lines).toEqual(['+golden', '+two']);
    const saved = JSON.parse(readFileSync(out, 'utf8')) as {
      plan: { hash: string };
      fingerprints: Record<string, string>;
    };
    expect(saved.plan.hash).toBe(value.hash);
    expect(Object.keys(saved.fingerprints)).toEqual(
      expect.arrayContaining([
        'engine version',
        'site settings',
        'earlier setup',
        'stage setup/12_routes',
        `file ${join(root, 'launch/process/_init.sh')}`,
      ]),
    );
  });
});

describe('colours', () => {
  test('are not for pipes, unless they are forced; NO_COLOR is stronger', async () => {
    const escapes = async (env: Readonly<Record<string, string>>): Promise<boolean> =>
      (await benito(['check', XML], env)).stdout.includes('\u001B[');
    expect(await escapes({})).toBe(false);
    expect(await escapes({ FORCE_COLOR: '1' })).toBe(true);
    expect(await escapes({ NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  });
});

test('whoever stops reading is no error', async () => {
  const child = spawn(
    process.execPath,
    ['engine/cli/benito-pipeline.js', 'plan', XML, ...HERE, '--full', '--json'],
    {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});
