import module from 'node:module';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../config/package-root.ts';
import * as hook from './resolve-hook.js';

interface Hooks {
  /** Node 22.15 and later: hooks in this thread, many times cheaper than Node 20's worker. */
  readonly registerHooks?: (hooks: { resolve: typeof hook.resolve }) => unknown;
}

const fromSource = import.meta.url.endsWith('.ts');
const underJest = 'jest' in import.meta;
let registered: Promise<void> | undefined;

/**
 * Loads a stage file, TypeScript or JavaScript, from any folder: its `import … from 'benito-pipeline'` gives
 * the API of this very engine. A file is evaluated once per process.
 * @throws whatever the file throws, or a SyntaxError.
 */
export async function loadModule(path: string): Promise<unknown> {
  const compiled = compiledStage(path);
  if (compiled) return import(compiled.href);
  await registerStageLoader();
  return import(pathToFileURL(path).href);
}

/** A shipped stage's place in the compiled copy of the engine, which is as new as its source. */
function compiledStage(path: string): URL | undefined {
  if (fromSource) return undefined;
  const inside = relative(packageRoot(), path);
  if (!/^(setup|launch)\//.test(inside)) return undefined;
  const copy = new URL(`./stages/${inside.replace(/\.ts$/, '.mjs')}`, import.meta.url);
  return existsSync(copy) ? copy : undefined;
}

/** Makes `loadModule` ready, once; to call it early hides its cost behind other work. Under Jest, Jest does it all. */
export function registerStageLoader(): Promise<void> {
  registered ??= underJest ? Promise.resolve() : register();
  return registered;
}

async function register(): Promise<void> {
  // Running from source means that tsx is there already.
  if (!fromSource) (await import('tsx/esm/api')).register();

  const api = fromSource
    ? pathToFileURL(join(packageRoot(), 'engine/api.ts')).href
    : new URL('./api.mjs', import.meta.url).href; // beside this chunk: see engine/cli/compiled.js
  const { registerHooks } = module as Hooks;
  if (registerHooks) {
    hook.initialize({ api });
    registerHooks({ resolve: hook.resolve });
  } else {
    module.register(pathToFileURL(join(packageRoot(), 'engine/stage/resolve-hook.js')), { data: { api } });
  }
}
