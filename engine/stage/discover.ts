import { existsSync, lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { globbySync } from 'globby';
import { UserError } from '../model/problem.ts';

export type Phase = 'setup' | 'launch';

/** A stage file that won over files of the same relative name in earlier folders. */
export interface StageFile {
  /** `setup/15_control_net`, `launch/process/nodes`: relative, without extension. */
  readonly name: string;
  readonly phase: Phase;
  /** Undefined for stages of the experiment or the pnode as a whole. */
  readonly platform?: string;
  /** The number that the file name starts with. */
  readonly number?: number;
  readonly file: string;
  /** It is no module, but a program: asked with `--describe`, and with facts as JSON on its standard input. */
  readonly program?: true;
  /** Files of the same name that this one replaces. */
  readonly replaces: readonly string[];
}

/** `setup/<name>/_platform.ts` or `_platform.yaml` of the last folder that has one. */
export interface PlatformFile {
  readonly platform: string;
  readonly file: string;
}

/** What the folders hold, the later folder winning. */
export interface Discovery {
  readonly stages: readonly StageFile[];
  readonly platforms: readonly PlatformFile[];
  /** Stage files that an empty file of a later folder masks. */
  readonly masked: readonly { readonly name: string; readonly by: string }[];
}

/**
 * Finds stage files below `FOLDER/setup` and `FOLDER/launch`, folders in rising precedence: the same relative name, be it
 * in another language, in a later folder replaces the earlier, an empty file masks it. Modules end in `.ts`; programs may
 * be executed, and have a number or an extension.
 * @throws UserError for folders that are not there, two files of one name in one folder, and, when root runs, files that
 * others may write.
 */
export function discoverStages(folders: readonly string[], options: { asRoot: boolean }): Discovery {
  const winners = new Map<string, { file: string; replaces: string[] }>();
  for (const folder of folders) {
    const here = filesOf(folder);
    // What a stage reads, or includes, is as good as the stage.
    if (options.asRoot) for (const path of here) refuseOthersFiles(join(folder, path), folder);
    const found = new Map<string, string>();
    for (const path of here) {
      const name = nameOf(path);
      const file = join(folder, path);
      if (!isStageFile(path, file, winners.has(name))) continue;
      const twin = found.get(name);
      if (twin !== undefined) throw twoOfOneName(name, twin, file);
      found.set(name, file);
    }
    for (const [name, file] of found) {
      const earlier = winners.get(name);
      winners.set(name, { file, replaces: earlier ? [...earlier.replaces, earlier.file] : [] });
    }
  }
  const all = [...winners].sort(([a], [b]) => (a < b ? -1 : 1));
  const empty = ([, { file }]: (typeof all)[number]): boolean => statSync(file).size === 0;
  const live = all.filter((entry) => !empty(entry));
  return {
    stages: live
      .filter(([name]) => !basename(name).startsWith('_'))
      .map(([name, { file, replaces }]) => ({
        ...parseName(name),
        file,
        ...(!file.endsWith('.ts') && { program: true as const }),
        replaces,
      })),
    platforms: live
      .filter(([name]) => PLATFORM.test(name))
      .map(([name, { file }]) => ({ platform: name.split('/')[1]!, file })),
    masked: all.filter(empty).map(([name, { file }]) => ({ name, by: file })),
  };
}

/** The folders that are searched, in rising precedence. */
export function stageFolders(packageRoot: string, extra: readonly string[]): readonly string[] {
  return [packageRoot, ...['/etc/benito'].filter(existsSync), ...extra.map((folder) => resolve(folder))];
}

function filesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) {
    throw new UserError({
      code: 'no-stage-folder',
      message: `the stage folder ${folder} is not there`,
      hint: 'a stage folder holds setup/ or launch/, or both',
    });
  }
  return globbySync(['{setup,launch}/*', '{setup,launch}/*/*'], {
    cwd: folder,
    followSymbolicLinks: true,
  }).sort();
}

const PLATFORM = /^setup\/[^/]+\/_platform$/;
/** What is never run, whatever its mode says. */
const DATA = /\.(md|txt|ya?ml|json|conf|mjs|cjs|d\.ts)$/;

/** Modules, platforms' declarations and programs; a file that may not be executed is one where it is empty and masks. */
function isStageFile(path: string, file: string, masks: boolean): boolean {
  const name = basename(path);
  if (name === '_platform.yaml') return PLATFORM.test(nameOf(path));
  if (name.endsWith('.ts')) return !name.endsWith('.d.ts');
  if (name.startsWith('_') || DATA.test(name) || !/^\d+_|\./.test(name)) return false;
  const { mode, size } = statSync(file);
  return (mode & 0o111) !== 0 || (size === 0 && masks);
}

/** Relative, without extension. */
function nameOf(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}

function parseName(name: string): Omit<StageFile, 'file' | 'replaces'> {
  const parts = name.split('/');
  const digits = /^(\d+)_/.exec(parts.at(-1)!);
  return {
    name,
    phase: parts[0] as Phase,
    ...(parts.length === 3 && { platform: parts[1]! }),
    ...(digits && { number: Number(digits[1]) }),
  };
}

function twoOfOneName(name: string, one: string, other: string): UserError {
  return new UserError({
    code: 'stage-name-twice',
    message: `${one} and ${other} have one name: ${name}`,
    hint: "rename one of them; what is no stage's name starts with '_'",
  });
}

function refuseOthersFiles(file: string, folder: string): void {
  for (let path = file; path.length >= folder.length; path = dirname(path)) {
    // Of a link the mode says nothing, and what it leads to counts as well.
    const { mode, uid } = statSync(path);
    if ((mode & 0o022) !== 0 || uid !== 0 || lstatSync(path).uid !== 0) {
      throw new UserError({
        code: 'unsafe-stage-file',
        message: `${path} can be written by others than root, and stage files run as root`,
        hint: `chown root ${path} && chmod go-w ${path}`,
      });
    }
  }
}
