// Plain JavaScript: runs before anything that understands TypeScript is loaded.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

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

/** Changes with every file of engine and stages, the package's versions and Node's major: paths, times and sizes only, to be quick. */
function fingerprint(root) {
  const hash = createHash('sha1').update(process.versions.node.split('.')[0]);
  const add = (path) => {
    const { mtimeMs, size } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {
      mtimeMs: 0,
      size: 0,
    };
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  };
  for (const path of sources(root, ['engine', 'setup', 'launch'])) add(path);
  add('package.json');
  add('package-lock.json');
  return hash.digest('hex').slice(0, 16);
}

/** TypeScript and JavaScript files of folders, relative to the root. */
function sources(root, folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((path) => /\.[tj]s$/.test(path))
      .sort()
      .map((path) => join(folder, path)),
  );
}

/**
 * `main.mjs`, `api.mjs` and the shipped stages share their chunks, so stages and engine have the same classes and
 * registries. Packages are compiled in: to load them file by file costs more than all else at start-up. Stages are
 * too, as tsx takes 200 ms to get ready; those of drop-in folders are left to it.
 */
async function compile(root, outdir) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'engine/cli/main.ts',
      api: 'engine/api.ts',
      ...Object.fromEntries(
        sources(root, ['setup', 'launch']).map((path) => [`stages/${path.replace(/\.ts$/, '')}`, path]),
      ),
    },
    alias: { 'benito-pipeline': './engine/api.ts' },
    plugins: [atHome(root)],
    outdir,
    outExtension: { '.js': '.mjs' }, // below node_modules a .js file would be CommonJS
    bundle: true,
    splitting: true,
    external: ['tsx', 'tsx/*', 'esbuild', 'koffi'], // koffi is native code
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

/** A stage finds the files beside it by `import.meta.url`: that of its source. */
function atHome(root) {
  return {
    name: 'at-home',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`^${root}/(setup|launch)/.*\\.ts$`) }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll(
          'import.meta.url',
          JSON.stringify(pathToFileURL(path).href),
        ),
        loader: 'ts',
      }));
    },
  };
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
