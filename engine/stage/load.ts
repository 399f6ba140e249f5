import { basename } from 'node:path';
import type { PlatformDefinition } from '../platform/define.ts';
import type { Platform } from '../platform/registry.ts';
import { UserError } from '../model/problem.ts';
import type { StageDefinition } from './define.ts';
import type { PlatformFile, StageFile } from './discover.ts';
import { loadModule } from './loader.ts';
import type { Stage } from './order.ts';

/**
 * Loads stage files.
 * @throws UserError naming the file: it does not load, or its default export is no stage.
 */
export async function loadStages(files: readonly StageFile[]): Promise<readonly Stage[]> {
  return Promise.all(
    files.map(async (file): Promise<Stage> => {
      const definition = (await defaultExport(file.file)) as Partial<StageDefinition> | undefined;
      if (typeof definition?.plan !== 'function' || typeof definition.summary !== 'string') {
        throw notA('stage', file.file, 'defineStage({ summary, needs, provides, plan })');
      }
      return { ...file, definition: definition as StageDefinition };
    }),
  );
}

/**
 * Loads the platforms' declarations.
 * @throws UserError as `loadStages` does.
 */
export async function loadPlatforms(files: readonly PlatformFile[]): Promise<readonly Platform[]> {
  return Promise.all(
    files.map(async ({ platform, file }): Promise<Platform> => {
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
