import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { benito } from './_run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-new-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (...words: readonly string[]) => benito(['new', 'platform', ...words, '--stages', folder]);

test('new platform writes its files, says what to do next, and overwrites nothing', async () => {
  const made = await make('box', '--lang', 'sh');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain(`benito-pipeline conformance box --stages ${folder}`);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
    'box.xml',
    'launch',
    'launch/box',
    'launch/box/nodes.sh',
    'setup',
    'setup/box',
    'setup/box/_platform.yaml',
  ]);
  const again = await make('box');
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("there is a platform 'box' already");
  rmSync(join(folder, 'setup'), { recursive: true });
  const halfway = await make('box', '--lang', 'sh');
  expect(halfway.code).toBe(1);
  expect(halfway.stderr).toContain('nodes.sh and ');
  expect(halfway.stderr).toContain('is not overwritten');
});

test.each([
  [['Box!'], "'Box!' cannot be the name of a platform"],
  [['qemu'], "there is a platform 'qemu' already"],
  [['box', '--lang', 'perl'], "there is no 'perl'"],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await make(...words);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
  expect(stderr).toContain('hint: ');
  expect(readdirSync(folder)).toEqual([]);
});
