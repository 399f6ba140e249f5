import { basename } from 'node:path';
import type { PlatformDefinition } from '../platform/define.ts';
import { platformOfYaml } from '../platform/of-yaml.ts';
import type { Platform } from '../platform/registry.ts';
import { UserError } from '../model/problem.ts';
import type { LoadedDefinition, StageDefinition } from './define.ts';
import type { PlatformFile, StageFile } from './discover.ts';
import { loadModule } from './loader.ts';
import type { Stage } from './order.ts';
import { loadProgram } from './program.ts';
import type { RunProgram } from './program.ts';

/**
 * Loads stage files: modules, and programs, which `run` runs.
 * @throws UserError naming the file: it does not load, or its default export, or what the program answers, is no stage.
 */
export async function loadStages(files: readonly StageFile[], run: RunProgram): Promise<readonly Stage[]> {
  return Promise.all(
    files.map(async (file): Promise<Stage> => ({ ...file, definition: await loadStage(file, run) })),
  );
}

async function loadStage(stage: StageFile, run: RunProgram): Promise<LoadedDefinition> {
  if (stage.program) return loadProgram(stage, run);
  const definition = (await defaultExport(stage.file)) as Partial<StageDefinition> | undefined;
  if (typeof definition?.plan !== 'function' || typeof definition.summary !== 'string') {
    throw notA('stage', stage.file, 'defineStage({ summary, needs, provides, plan })');
  }
  return definition as StageDefinition;
}

/**
 * Loads the platforms' declarations.
 * @throws UserError as `loadStages` does.
 */
export async function loadPlatforms(files: readonly PlatformFile[]): Promise<readonly Platform[]> {
  return Promise.all(
    files.map(async ({ platform, file }): Promise<Platform> => {
      if (file.endsWith('.yaml')) return { name: platform, file, definition: platformOfYaml(file) };
      const definition = (await defaultExport(file)) as Partial<PlatformDefinition> | undefined;
      if (typeof definition?.summary !== 'string')
        throw notA('platform', file, 'definePlatform({ summary, ... })');
      return { name: platform, file, definition: definition as PlatformDefinition };
    }),
  );
}

async function defaultExport(file: string): Promise<unknown> {
  try {
    return ((await loadModule(file)) as { default?: unknown }).default;
  } catch (error) {
    const { message, stack = '' } = error as Error;
    const line = new RegExp(`${basename(file).replaceAll('.', '\\.')}:(\\d+)`).exec(stack)?.[1];
    throw new UserError(
      {
        code: 'stage-does-not-load',
        message: `the file does not load: ${message.split('\n')[0]}`,
        place: { file, ...(line !== undefined && { line: Number(line) }) },
        hint: 'an empty file of the same name in a later folder masks it',
      },
      { cause: error },
    );
  }
}

function notA(what: string, file: string, form: string): UserError {
  return new UserError({
    code: `not-a-${what}`,
    message: `the file's default export is no ${what}`,
    place: { file },
    hint: `write: export default ${form}; files that are no stages start with '_'`,
  });
}
