import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { codecs } from '../../engine/config/files.ts';
import { plannedReader } from '../../engine/config/reader.ts';
import { loadSettings } from '../../engine/config/settings.ts';
import type { Settings } from '../../engine/config/settings.ts';
import { checkPlatformSettings, withPlatformDefaults } from '../../engine/platform/settings.ts';
import type { SettingDefinition } from '../../engine/platform/settings.ts';
import { messageOf } from '../topdl/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'benito-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'site.yaml');

const settings: Readonly<Record<string, SettingDefinition>> = {
  image: { type: 'string', default: 'small', summary: 'The image' },
  memory: { type: 'number', default: 64, min: 16, max: 4096, summary: 'MiB a guest' },
  fast: { type: 'boolean', default: true, summary: 'Whether it is' },
  accel: { type: ['auto', 'none'], default: 'auto', summary: 'How' },
};
const platforms = new Map(
  [
    { name: 'machine', definition: { summary: 'm', settings } },
    { name: 'plain', definition: { summary: 'p' } },
  ].map((platform) => [platform.name, { ...platform, file: '' }]),
);

function load(text: string): Settings {
  writeFileSync(file, text);
  return loadSettings(file);
}

describe('the settings of platforms', () => {
  test('are complete for all that are known, those of the site before the defaults', () => {
    const complete = withPlatformDefaults(
      load('platforms: { machine: { memory: 128, fast: false } }'),
      platforms,
    );
    expect(complete.platforms).toEqual({
      machine: { image: 'small', memory: 128, fast: false, accel: 'auto' },
      plain: {},
    });
  });

  test('are there without a site file, and where a config directory of before had none', () => {
    const { platforms: _none, ...old } = load('');
    expect(withPlatformDefaults(old as Settings, platforms).platforms.machine).toEqual({
      image: 'small',
      memory: 64,
      fast: true,
      accel: 'auto',
    });
  });

  test('come back from the config directory as they were', () => {
    const complete = withPlatformDefaults(load('platforms: { machine: { image: "0x10" } }'), platforms);
    expect(codecs.settings.decode!(plannedReader(codecs.settings.encode(complete)))).toEqual(complete);
  });

  test('are checked, all at once, by the line', () => {
    const text = [
      'platforms:',
      '  machin: {}',
      '  plain: { speed: 1 }',
      '  machine:',
      '    memory: 8',
      '    image: 7',
      '    fast: 1',
      '    accel: some',
      '    speed: 1',
    ].join('\n');
    const problems = messageOf(() => checkPlatformSettings(load(text), platforms, file)).split('\n');
    expect(problems.map((line) => line.replace(`${file}:`, ''))).toEqual([
      "2: setting platforms.machin: there is no platform 'machin'",
      '  hint: platforms: machine, plain',
      "3: setting platforms.plain.speed: the platform plain has no setting 'speed'",
      '  hint: settings of plain: none',
      '5: setting platforms.machine.memory: a number from 16 to 4096 is needed, not 8',
      '  hint: memory: MiB a guest (default: 64)',
      '6: setting platforms.machine.image: a text is needed, not 7',
      '  hint: image: The image (default: small)',
      '7: setting platforms.machine.fast: true or false is needed, not 1',
      '  hint: fast: Whether it is (default: true)',
      '8: setting platforms.machine.accel: one of auto, none is needed, not "some"',
      '  hint: accel: How (default: auto)',
      "9: setting platforms.machine.speed: the platform machine has no setting 'speed'",
      '  hint: settings of machine: accel, fast, image, memory',
    ]);
    expect(() =>
      checkPlatformSettings(load('platforms: { machine: { accel: none } }'), platforms, file),
    ).not.toThrow();
  });

  test('are scalars', () => {
    expect(messageOf(() => load('platforms: { machine: { image: [a] } }'))).toContain(`${file}:1`);
  });
});
