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
  /** Files of the same name that this one replaces. */
  readonly replaces: readonly string[];
}

/** `setup/<name>/_platform.ts` of the last folder that has one. */
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
 * Finds stage files below `FOLDER/setup` and `FOLDER/launch`, folders in rising precedence: the same relative name in
 * a later folder replaces the earlier, an empty file masks it.
 * @throws UserError for folders that are not there, and, when root runs, for files that others may write.
 */
export function discoverStages(folders: readonly string[], options: { asRoot: boolean }): Discovery {
  const winners = new Map<string, { file: string; replaces: string[] }>();
  for (const folder of folders) {
    for (const path of stageFiles(folder)) {
      const file = join(folder, path);
      if (options.asRoot) refuseOthersFiles(file, folder);
      const earlier = winners.get(path);
      winners.set(path, { file, replaces: earlier ? [...earlier.replaces, earlier.file] : [] });
    }
  }
  const all = [...winners].sort(([a], [b]) => (a < b ? -1 : 1));
  const empty = ([, { file }]: (typeof all)[number]): boolean => statSync(file).size === 0;
  const live = all.filter((entry) => !empty(entry));
  return {
    stages: live
      .filter(([path]) => !basename(path).startsWith('_'))
      .map(([path, { file, replaces }]) => ({ ...parsePath(path), file, replaces })),
    platforms: live
      .filter(([path]) => /^setup\/[^/]+\/_platform\.ts$/.test(path))
      .map(([path, { file }]) => ({ platform: path.split('/')[1]!, file })),
    masked: all.filter(empty).map(([path, { file }]) => ({ name: parsePath(path).name, by: file })),
  };
}

/** The folders that are searched, in rising precedence. */
export function stageFolders(packageRoot: string, extra: readonly string[]): readonly string[] {
  return [packageRoot, ...['/etc/benito'].filter(existsSync), ...extra.map((folder) => resolve(folder))];
}

function stageFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) {
    throw new UserError({
      code: 'no-stage-folder',
      message: `the stage folder ${folder} is not there`,
      hint: 'a stage folder holds setup/ or launch/, or both',
    });
  }
  return globbySync(['{setup,launch}/*.ts', '{setup,launch}/*/*.ts'], {
    cwd: folder,
    followSymbolicLinks: true,
  }).sort();
}

function parsePath(path: string): Omit<StageFile, 'file' | 'replaces'> {
  const parts = path.replace(/\.ts$/, '').split('/');
  const digits = /^(\d+)_/.exec(parts.at(-1)!);
  return {
    name: parts.join('/'),
    phase: parts[0] as Phase,
    ...(parts.length === 3 && { platform: parts[1]! }),
    ...(digits && { number: Number(digits[1]) }),
  };
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
