import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../engine/config/package-root.ts';

const topLevel = ['package.json', 'tsconfig.json', 'engine', 'setup', 'launch', 'config', 'test'];
const besideIt = [
  'README.md',
  'ARCHITECTURE.md',
  'LICENSE',
  'eslint.config.js',
  'package-lock.json',
  'node_modules',
];

/**
 * The rooms of engine/ in their order: each may import those before it, except what `not` names. Held apart from
 * the table in eslint.config.js, so that a slip in one does not go unseen.
 */
const rooms: readonly { readonly name: string; readonly not?: readonly string[] }[] = [
  { name: 'model' },
  { name: 'topdl' },
  { name: 'allocate', not: ['topdl'] },
  { name: 'config' },
  { name: 'platform' },
  { name: 'stage' },
  { name: 'plan' },
  { name: 'journal', not: ['topdl', 'allocate', 'platform'] },
  { name: 'run' },
  { name: 'host', not: ['topdl', 'platform'] },
  { name: 'report', not: ['topdl', 'allocate', 'config', 'platform', 'stage', 'plan', 'journal', 'host'] },
  {
    name: 'import',
    not: ['allocate', 'config', 'platform', 'stage', 'plan', 'journal', 'run', 'host', 'report'],
  },
  { name: 'conformance', not: ['allocate', 'run', 'host', 'report', 'import'] },
  { name: 'cli' },
];

const longest = 300;
const root = packageRoot();
const source = ['engine', 'setup', 'launch'].flatMap((folder) => filesBelow(folder));

test('the top level holds what it may hold and no more', () => {
  const found = readdirSync(root).filter((name) => !name.startsWith('.'));
  expect(found.filter((name) => ![...topLevel, ...besideIt].includes(name))).toEqual([]);
  expect(topLevel.filter((name) => !found.includes(name))).toEqual([]);
});

test('imports in engine/ go in one direction', () => {
  expect(source.filter((file) => roomOf(file)).flatMap((file) => wrongImports(file))).toEqual([]);
});

test("stages import 'benito-pipeline' and their own folder's helpers only", () => {
  const stages = source.filter((file) => /^(setup|launch)\//.test(file));
  const wrong = stages.flatMap((file) =>
    importsOf(file)
      .filter((target) => target !== 'benito-pipeline' && !/^\.\/_[^/]+\.ts$/.test(target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('files stay small', () => {
  const long = source.filter((file) => read(file).split('\n').length - 1 > longest);
  expect(long).toEqual([]);
});

test('files are named in one style', () => {
  const style = (file: string) =>
    /^(setup|launch)\//.test(file)
      ? /^(_|\d\d_)?[a-z0-9]+(_[a-z0-9]+)*\.ts$/
      : /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.(ts|js)$/;
  expect(source.filter((file) => !style(file).test(basename(file)))).toEqual([]);
});

test('the engine knows no platform', () => {
  const engine = source.filter((file) => file.startsWith('engine/'));
  expect(engine.filter((file) => /qemu|openvz|view-os/i.test(withoutComments(read(file))))).toEqual([]);
});

function wrongImports(file: string): string[] {
  return importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => normalize(join(dirname(file), target)))
    .filter((target) => !mayImport(file, target))
    .map((target) => `${file} imports ${target}`);
}

function mayImport(file: string, target: string): boolean {
  const from = roomOf(file) ?? '';
  const to = roomOf(target);
  if (to === undefined) return false; // setup/, launch/, test/
  if (from === to || from === 'cli') return true;
  if (to === 'api') return false;
  if (from === 'api') return rank(to) <= rank('stage');
  if (from === 'report' && to === 'run') return /^event/.test(basename(target));
  const excepted = rooms.find((room) => room.name === from)?.not ?? [];
  return rank(to) < rank(from) && !excepted.includes(to);
}

/** `model` of `engine/model/vnode.ts`, `api` of `engine/api.ts`. */
function roomOf(file: string): string | undefined {
  return /^engine\/([^/.]+)/.exec(file)?.[1];
}

function rank(room: string): number {
  const found = rooms.findIndex(({ name }) => name === room);
  if (found < 0) throw new Error(`engine/${room}/ has no place in the order: give it one`);
  return found;
}

function importsOf(file: string): string[] {
  const text = withoutComments(read(file));
  const found = text.matchAll(
    /^(?:import|export|\})[^'\n]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name))
    .map((name) => `${folder}/${name}`);
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
