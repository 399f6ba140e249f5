import { createHash } from 'node:crypto';
import { chmodSync, closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync, ftruncateSync } from 'node:fs';
import type { FileSpec } from '../../stage/effects.ts';
import type { EffectKind, Observation } from '../../plan/kind.ts';
import { effectId } from '../../model/effect.ts';
import { attempt } from '../outcome.ts';

/** What stood there before we wrote, for undo. */
interface Before {
  readonly before: { readonly content: string; readonly mode: number } | null;
}

/** A text file with exactly its content: replaced at once (rename), or in place where others hold on to the inode. */
export const fileKind: EffectKind = {
  kind: 'file',
  describe: (effect) => `file ${effect.name}, ${(effect.spec as FileSpec).content.length} characters`,

  async observe(effects, journal) {
    return effects.map((effect) => look(effect.spec as FileSpec, journal.recorded(effectId(effect)) !== undefined));
  },

  before: (effect): Before => ({ before: effect.keep === 'user' ? null : imageOf(effect.name) }),

  async make(effects) {
    return effects.map((effect) => attempt(() => write(effect.spec as FileSpec)));
  },

  async change(changes) {
    return changes.map(({ effect }) => attempt(() => write(effect.spec as FileSpec)));
  },

  async unmake(effects, journal) {
    return effects.map((effect) =>
      attempt(() => {
        const state = journal.recorded(effectId(effect))?.state as Before | undefined;
        rmSync(temporaryName(effect.name), { force: true });
        if (state?.before) writeFileSync(effect.name, state.before.content, { mode: state.before.mode });
        else rmSync(effect.name, { force: true });
      }),
    );
  },
};

function look(spec: FileSpec, ours: boolean): Observation {
  const stats = statSync(spec.path, { throwIfNoEntry: false });
  if (!stats) return { state: 'absent' };
  if (!stats.isFile()) {
    return { state: 'foreign', what: `${spec.path} is in the way: it is no file`, hint: `move ${spec.path} elsewhere` };
  }
  const why: string[] = [];
  if (!holds(spec)) why.push(ours ? 'content differs' : 'an earlier file is there');
  if ((stats.mode & 0o7777) !== modeOf(spec)) why.push(`mode is ${(stats.mode & 0o7777).toString(8)}`);
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}

/** Journals keep long contents as their digest. */
function holds({ path, content }: FileSpec): boolean {
  const found = readFileSync(path, 'utf8');
  if (typeof content === 'string') return found === content;
  return createHash('sha256').update(found).digest('hex') === (content as { readonly sha256: string }).sha256;
}

function write(spec: FileSpec): void {
  if (spec.inPlace && statSync(spec.path, { throwIfNoEntry: false })) {
    const fd = openSync(spec.path, 'r+');
    ftruncateSync(fd, writeSync(fd, spec.content, 0));
    closeSync(fd);
    chmodSync(spec.path, modeOf(spec));
    return;
  }
  const temporary = temporaryName(spec.path);
  writeFileSync(temporary, spec.content, { mode: modeOf(spec) });
  chmodSync(temporary, modeOf(spec));
  renameSync(temporary, spec.path);
}

function imageOf(path: string): Before['before'] {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? { content: readFileSync(path, 'utf8'), mode: stats.mode & 0o7777 } : null;
}

/** One fixed name a file, so that what a crash leaves of it is found again. */
function temporaryName(path: string): string {
  return `${path}.new`;
}

function modeOf(spec: FileSpec): number {
  return parseInt(spec.mode ?? '0644', 8);
}
