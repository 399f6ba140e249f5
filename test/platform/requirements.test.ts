import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { examine } from '../../engine/cli/examine.ts';
import { findingsOf } from '../../engine/cli/doctor/platforms.ts';
import type { Platform } from '../../engine/platform/registry.ts';
import type { Requirement } from '../../engine/platform/requirements.ts';
import { benito, expected, stable } from '../cli/_run.ts';
import { planWith, rejection } from '../plan/_plan.ts';

const PROGRAM: Requirement = { name: 'no-such', package: 'such', use: 'this and that' };
const BROKEN: Requirement = {
  name: 'a kernel with this',
  use: 'that',
  probe: ['sh', '-c', 'echo looking; echo "it has no this"; exit 1'],
  mend: 'another kernel',
};
const FINE: Requirement = { name: 'sh', package: 'dash', use: 'scripts' };

describe('what a host lacks', () => {
  test('is programs that are not in PATH; their probes would fail for that reason, and are not run', async () => {
    expect(await examine([FINE, PROGRAM, BROKEN])).toEqual([PROGRAM]);
  });

  test('is what a probe says last', async () => {
    expect(await examine([FINE, BROKEN])).toEqual([{ ...BROKEN, reason: 'it has no this' }]);
    const silent = { ...BROKEN, probe: ['false'] };
    expect(await examine([silent])).toEqual([{ ...silent, reason: 'false ended with status 1' }]);
    expect(await examine([{ ...BROKEN, probe: ['true'] }])).toEqual([]);
  });

  test('is told by doctor, platform by platform', async () => {
    const platform = (name: string, ...requires: Requirement[]): Platform => ({
      name,
      file: '',
      definition: { summary: name, requires },
    });
    expect(await findingsOf([platform('a', FINE), platform('b', PROGRAM), platform('c', BROKEN)])).toEqual([
      { level: 'ok', text: 'a: this host has all that it needs' },
      { level: 'warning', text: 'b: no-such is missing (this and that)', mend: 'apt-get install such' },
      { level: 'warning', text: 'c: a kernel with this: it has no this', mend: 'another kernel' },
    ]);
  });
});

describe('an experiment whose platforms lack something', () => {
  const declared = (requires: readonly Requirement[]): string =>
    `export default { summary: 's', requires: ${JSON.stringify(requires)} };`;
  const files = {
    'setup/one/_platform.ts': declared([PROGRAM]),
    'setup/two/_platform.ts': declared([FINE, BROKEN]),
  };

  test('is refused with all of it before boss is asked', async () => {
    const answer = (): never => {
      throw new Error('boss was asked');
    };
    expect(await rejection(planWith(files, { examine, answer }))).toBe(
      'this host has no no-such, which the platform one needs (this and that): a\n  hint: apt-get install such\n' +
        'the platform two does not work on this host, and is what b asked for: a kernel with this: it has no this\n' +
        '  hint: another kernel',
    );
  });

  test('can be set up all the same', async () => {
    const plan = await planWith(files, { examine, phases: ['setup'] });
    expect(plan.stages.length).toBeGreaterThan(0);
  });

  test('asks nothing of platforms that it does not use', async () => {
    const other = { 'setup/three/_platform.ts': declared([PROGRAM]) };
    await expect(planWith(other, { examine })).resolves.toBeDefined();
  });
});

describe('a host without QEMU and its image tools', () => {
  let path: string;

  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'benito-path-'));
    for (const name of ['sh', 'env']) symlinkSync(join('/usr/bin', name), join(path, name));
    symlinkSync(process.execPath, join(path, 'node'));
  });
  afterAll(() => rmSync(path, { recursive: true }));

  test('check says which program, platform and nodes (UPDATE_GOLDEN=1 writes it anew)', async () => {
    const { code, stdout, stderr } = await benito(['check', 'config/experiments/guests.xml'], { PATH: path });
    expect(stable(stderr)).toBe(expected('error-requirements.txt', stable(stderr)));
    expect([code, stdout]).toEqual([1, '']);
  });

  test('doctor lists every platform with what it lacks', async () => {
    const { stdout } = await benito(['doctor'], { PATH: path });
    const lines = stdout.split('\n');
    const told = lines.flatMap((line, index) =>
      /^\w+ +platforms /.test(line) ? [line, lines[index + 1]!] : [],
    );
    const text = `${told
      .filter((line) => /platforms|mend/.test(line))
      .map((line) => line.trimEnd())
      .join('\n')}\n`;
    expect(text).toBe(expected('doctor-platforms.txt', text));
  });
});
