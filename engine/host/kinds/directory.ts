import { chmodSync, existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import type { DirectorySpec } from '../../stage/effects.ts';
import type { EffectKind, Observation } from '../../plan/kind.ts';
import { effectId } from '../../model/effect.ts';
import { attempt } from '../outcome.ts';

/** The mode of a directory that was there before us, for undo. */
interface Before {
  readonly before: { readonly mode: number } | null;
}

/** A directory. One that was there before is left, with the mode it had; one that we made is removed when it is empty. */
export const directoryKind: EffectKind = {
  kind: 'directory',
  describe: (effect) => `directory ${effect.name}`,

  async observe(effects) {
    return effects.map((effect) => look(effect.spec as DirectorySpec));
  },

  before({ name }): Before {
    const stats = statSync(name, { throwIfNoEntry: false });
    return { before: stats ? { mode: stats.mode & 0o7777 } : null };
  },

  async make(effects) {
    return effects.map((effect) =>
      attempt(() => {
        const { path, mode } = effect.spec as DirectorySpec;
        mkdirSync(path);
        if (mode !== undefined) chmodSync(path, parseInt(mode, 8));
      }),
    );
  },

  async change(changes) {
    return changes.map(({ effect }) =>
      attempt(() => {
        const { path, mode } = effect.spec as DirectorySpec;
        chmodSync(path, parseInt(mode!, 8));
      }),
    );
  },

  async unmake(effects, journal) {
    return effects.map((effect) =>
      attempt(() => {
        const state = journal.recorded(effectId(effect))?.state as Before | undefined;
        if (!state?.before) removeIfEmpty(effect.name);
        else if (existsSync(effect.name)) chmodSync(effect.name, state.before.mode);
      }),
    );
  },
};

function look({ path, mode }: DirectorySpec): Observation {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return { state: 'absent' };
  if (!stats.isDirectory()) {
    return {
      state: 'foreign',
      what: `${path} is in the way: it is no directory`,
      hint: `move ${path} elsewhere`,
    };
  }
  const found = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  if (mode === undefined || parseInt(found, 8) === parseInt(mode, 8)) return { state: 'present' };
  return { state: 'different', why: [`mode is ${found}, not ${mode}`], mend: 'in-place' };
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
