import { SITE_FILE, settingPlace } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { Platform } from './registry.ts';

/** A site setting of a platform, `platforms.NAME.KEY` of the site file: read by stages as `settings.platforms`. */
export type SettingDefinition = TextSetting | NumberSetting | SwitchSetting | ChoiceSetting;

interface Described {
  /** What it does, and in which unit: one line. */
  readonly summary: string;
}

export interface TextSetting extends Described {
  readonly type: 'string';
  readonly default: string;
}

export interface NumberSetting extends Described {
  readonly type: 'number';
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
}

export interface SwitchSetting extends Described {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** One of these words. */
export interface ChoiceSetting extends Described {
  readonly type: readonly string[];
  readonly default: string;
}

type SettingValue = SettingDefinition['default'];
type Platforms = ReadonlyMap<string, Platform>;

/**
 * Checks what the site file says of platforms against what these declare.
 * @throws UserError naming file, line and setting, and what would work.
 */
export function checkPlatformSettings(settings: Settings, platforms: Platforms, siteFile = SITE_FILE): void {
  const problems = [
    ...findProblems(settings, platforms, siteFile),
    ...findUnknownHosted(settings, platforms, siteFile),
  ];
  if (problems.length > 0) throw new UserError(problems);
}

/** The settings, with those of every platform, complete. */
export function withPlatformDefaults(settings: Settings, platforms: Platforms): Settings {
  // A config directory of before there were any has none.
  const given = (settings as Partial<Settings>).platforms ?? {};
  const complete = [...platforms].map(([name, { definition }]) => {
    const defaults = Object.entries(definition.settings ?? {}).map(([key, one]): [string, SettingValue] => [
      key,
      one.default,
    ]);
    return [name, { ...Object.fromEntries(defaults), ...given[name] }] as const;
  });
  return { ...settings, platforms: { ...given, ...Object.fromEntries(complete) } };
}

function* findProblems(settings: Settings, platforms: Platforms, file: string): Generator<Problem> {
  const problem = (path: readonly (string | number)[], what: string, hint: string): Problem => ({
    code: 'bad-setting',
    message: `setting ${path.join('.')}: ${what}`,
    place: settingPlace(path, file),
    hint,
  });
  for (const [name, values] of Object.entries(settings.platforms)) {
    const platform = platforms.get(name);
    if (!platform) {
      const known = `platforms: ${[...platforms.keys()].sort().join(', ')}`;
      yield problem(['platforms', name], `there is no platform '${name}'`, known);
      continue;
    }
    const declared = platform.definition.settings ?? {};
    for (const [key, value] of Object.entries(values)) {
      const path = ['platforms', name, key];
      const definition = declared[key];
      if (!definition) {
        const known = Object.keys(declared).sort().join(', ') || 'none';
        yield problem(path, `the platform ${name} has no setting '${key}'`, `settings of ${name}: ${known}`);
      } else if (!isAllowed(definition, value)) {
        const hint = `${key}: ${definition.summary} (default: ${definition.default})`;
        yield problem(path, `${wanted(definition)} is needed, not ${JSON.stringify(value)}`, hint);
      }
    }
  }
}

/** A pnode may be for some platforms only: there must be such. */
function* findUnknownHosted(settings: Settings, platforms: Platforms, file: string): Generator<Problem> {
  for (const [at, pnode] of settings.pnodes.entries()) {
    for (const [number, name] of (pnode.platforms ?? []).entries()) {
      if (platforms.has(name)) continue;
      const path = ['pnodes', at, 'platforms', number];
      yield {
        code: 'bad-setting',
        message: `setting ${path.join('.')}: there is no platform '${name}'`,
        place: settingPlace(path, file),
        hint: `platforms: ${[...platforms.keys()].sort().join(', ')}`,
      };
    }
  }
}

function isAllowed(definition: SettingDefinition, value: unknown): boolean {
  if (isChoice(definition)) return definition.type.includes(value as string);
  if (typeof value !== definition.type) return false;
  if (definition.type !== 'number') return true;
  const { min = -Infinity, max = Infinity } = definition;
  return Number.isFinite(value) && (value as number) >= min && (value as number) <= max;
}

function wanted(definition: SettingDefinition): string {
  if (isChoice(definition)) return `one of ${definition.type.join(', ')}`;
  if (definition.type === 'boolean') return 'true or false';
  if (definition.type === 'string') return 'a text';
  const { min, max } = definition;
  if (min !== undefined && max !== undefined) return `a number from ${min} to ${max}`;
  if (min !== undefined) return `a number of at least ${min}`;
  return max === undefined ? 'a number' : `a number of at most ${max}`;
}

/** A list is no literal that TypeScript could tell the union's members by. */
function isChoice(definition: SettingDefinition): definition is ChoiceSetting {
  return typeof definition.type !== 'string';
}
