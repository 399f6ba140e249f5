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
