// Plain JavaScript: runs before anything that understands TypeScript is loaded.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const HOUR = 3_600_000;

/**
 * The path of an up-to-date compiled copy of the engine, compiled now if there is none. `undefined` when it
 * cannot be kept (a read-only installation, another user's): run from source then.
 * @throws esbuild's BuildFailure when the source does not parse or an import leads nowhere.
 */
export async function compiledMain(root) {
  const cache = join(root, 'node_modules', '.cache', 'benito-pipeline');
  const copy = join(cache, fingerprint(root));
  const main = join(copy, 'main.mjs');
  if (existsSync(main)) return main;

  const unfinished = `${copy}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    await compile(root, unfinished);
    publish(unfinished, copy);
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished, { recursive: true });
    if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST'].includes(error.code)) return undefined;
    throw error;
  }
  removeOld(cache, copy);
  return main;
}

/** Changes with every engine file, the package's versions and Node's major: paths, times and sizes only, to be quick. */
function fingerprint(root) {
  const hash = createHash('sha1').update(process.versions.node.split('.')[0]);
  const add = (path) => {
    const { mtimeMs, size } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {
      mtimeMs: 0,
      size: 0,
    };
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  };
  for (const path of readdirSync(join(root, 'engine'), { recursive: true }).sort()) {
    if (path.endsWith('.ts') || path.endsWith('.js')) add(`engine${sep}${path}`);
  }
  add('package.json');
  add('package-lock.json');
  return hash.digest('hex').slice(0, 16);
}

/**
 * `main.mjs` and `api.mjs` share their chunks, so stages and engine have the same classes and registries. Packages
 * are compiled in: to load them file by file costs more than all else at start-up.
 */
async function compile(root, outdir) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'engine/cli/main.ts', api: 'engine/api.ts' },
    outdir,
    outExtension: { '.js': '.mjs' }, // below node_modules a .js file would be CommonJS
    bundle: true,
    splitting: true,
    external: ['tsx', 'tsx/*', 'esbuild'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
    },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'silent',
  });
}

/** Puts the copy in its place at once; whoever came first has made the same. */
function publish(unfinished, copy) {
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    if (!existsSync(join(copy, 'main.mjs'))) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Copies younger than an hour stay: another process may yet import a chunk of one. */
function removeOld(cache, current) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (path !== current && made !== undefined && Date.now() - made > HOUR) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
