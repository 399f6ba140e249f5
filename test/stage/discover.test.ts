import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discoverStages } from '../../engine/stage/discover.ts';
import { messageOf } from '../topdl/support.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'benito-discover-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o644 });
  }
  return join(root, name);
}
const discover = (...folders: readonly string[]) => discoverStages(folders, { asRoot: false });

describe('stage files', () => {
  test('are found in the experiment and platform folders, helpers and deeper folders left out', () => {
    const shipped = folder('shipped', {
      'setup/02_a.ts': 'x',
      'setup/_help.ts': 'x',
      'setup/vm/05_b.ts': 'x',
      'setup/vm/_platform.ts': 'x',
      'setup/vm/deep/c.ts': 'x',
      'launch/vm/nodes.ts': 'x',
      'launch/readme.md': 'x',
    });
    const { stages, platforms } = discover(shipped);
    expect(stages.map(({ name, phase, platform, number }) => ({ name, phase, platform, number }))).toEqual([
      { name: 'launch/vm/nodes', phase: 'launch', platform: 'vm', number: undefined },
      { name: 'setup/02_a', phase: 'setup', platform: undefined, number: 2 },
      { name: 'setup/vm/05_b', phase: 'setup', platform: 'vm', number: 5 },
    ]);
    expect(platforms).toEqual([{ platform: 'vm', file: join(shipped, 'setup/vm/_platform.ts') }]);
  });

  test('of a later folder replace those of the same name', () => {
    const shipped = folder('shipped', { 'setup/02_a.ts': 'x' });
    const mine = folder('mine', { 'setup/02_a.ts': 'y', 'setup/03_b.ts': 'z' });
    expect(discover(shipped, mine).stages).toMatchObject([
      { name: 'setup/02_a', file: join(mine, 'setup/02_a.ts'), replaces: [join(shipped, 'setup/02_a.ts')] },
      { name: 'setup/03_b', replaces: [] },
    ]);
  });

  test('are masked by an empty file', () => {
    const shipped = folder('shipped', { 'setup/02_a.ts': 'x' });
    const mine = folder('mine', { 'setup/02_a.ts': '' });
    expect(discover(shipped, mine)).toMatchObject({
      stages: [],
      masked: [{ name: 'setup/02_a', by: join(mine, 'setup/02_a.ts') }],
    });
  });

  test('may be programs: executable, with a number or an extension', () => {
    const mine = folder('mine', {
      'setup/10_a.sh': 'x',
      'setup/20_b': 'x',
      'launch/vm/nodes.py': 'x',
      'launch/tool': 'x',
      'launch/README.md': 'x',
      'launch/_help.sh': 'x',
      'launch/data.yaml': 'x',
    });
    const executables = [
      'setup/10_a.sh',
      'setup/20_b',
      'launch/vm/nodes.py',
      'launch/tool',
      'launch/_help.sh',
    ];
    expect(discover(mine).stages).toEqual([]);
    for (const path of [...executables, 'launch/README.md', 'launch/data.yaml'])
      chmodSync(join(mine, path), 0o755);
    expect(discover(mine).stages.map(({ name, program }) => [name, program])).toEqual([
      ['launch/vm/nodes', true],
      ['setup/10_a', true],
      ['setup/20_b', true],
    ]);
  });

  test('replace and mask stages of the same name in another language', () => {
    const shipped = folder('shipped', { 'setup/02_a.ts': 'x', 'setup/03_b.ts': 'x' });
    const mine = folder('mine', { 'setup/02_a.sh': 'y', 'setup/03_b.sh': '' });
    chmodSync(join(mine, 'setup/02_a.sh'), 0o755);
    expect(discover(shipped, mine)).toMatchObject({
      stages: [{ name: 'setup/02_a', file: join(mine, 'setup/02_a.sh'), program: true }],
      masked: [{ name: 'setup/03_b', by: join(mine, 'setup/03_b.sh') }],
    });
  });

  test('are refused where one folder has two of a name, platforms too', () => {
    const twins = folder('twins', { 'setup/02_a.ts': 'x', 'setup/02_a.sh': 'x' });
    chmodSync(join(twins, 'setup/02_a.sh'), 0o755);
    expect(messageOf(() => discover(twins))).toContain('have one name: setup/02_a');
    const both = folder('both', { 'setup/vm/_platform.ts': 'x', 'setup/vm/_platform.yaml': 'x' });
    expect(messageOf(() => discover(both))).toContain('have one name: setup/vm/_platform');
  });

  test('are refused for root where others may write what they include', () => {
    const mine = folder('mine', { 'setup/10_a.sh': 'x', 'setup/_common.sh': 'x' });
    chmodSync(join(mine, 'setup/10_a.sh'), 0o755);
    chmodSync(join(mine, 'setup/_common.sh'), 0o666);
    expect(messageOf(() => discoverStages([mine], { asRoot: true }))).toContain('_common.sh can be written');
  });

  test('come from folders that are there', () => {
    expect(messageOf(() => discover(join(root, 'none')))).toContain(
      'is not there\n  hint: a stage folder holds',
    );
  });

  test('that others may write are refused for root', () => {
    const mine = folder('mine', { 'setup/02_a.ts': 'x' });
    chmodSync(join(mine, 'setup'), 0o777);
    const look = (): unknown => discoverStages([mine], { asRoot: true });
    expect(messageOf(look)).toContain(`${join(mine, 'setup')} can be written by others than root`);
    chmodSync(join(mine, 'setup'), 0o755);
    expect(look).not.toThrow();
  });

  (process.getuid?.() === 0 ? test : test.skip)('that belong to others are refused for root', () => {
    const mine = folder('mine', { 'setup/02_a.ts': 'x' });
    chownSync(join(mine, 'setup/02_a.ts'), 65534, 65534);
    expect(messageOf(() => discoverStages([mine], { asRoot: true }))).toContain('chown root');
  });
});
