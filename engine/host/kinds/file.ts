import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { FileSpec } from '../../stage/effects.ts';
import type { EffectKind, Observation } from '../../plan/kind.ts';
import { effectId } from '../../model/effect.ts';
import { attempt } from '../outcome.ts';

/** What stood there before we wrote, for undo. */
interface Before {
  readonly before: FileImage | null;
}

interface FileImage {
  /** Its bytes, which may be no text: base64. */
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A text file with exactly its content: replaced at once (rename), or in place where others hold on to the inode. */
export const fileKind: EffectKind = {
  kind: 'file',
  describe: (effect) => `file ${effect.name}, ${(effect.spec as FileSpec).content.length} characters`,

  async observe(effects, journal) {
    return effects.map((effect) =>
      look(effect.spec as FileSpec, journal.recorded(effectId(effect)) !== undefined),
    );
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
        if (state?.before) restore(effect.spec as FileSpec, state.before);
        else rmSync(effect.name, { force: true });
      }),
    );
  },
};

function look(spec: FileSpec, ours: boolean): Observation {
  const stats = statSync(spec.path, { throwIfNoEntry: false });
  if (!stats) return { state: 'absent' };
  if (!stats.isFile()) {
    return {
      state: 'foreign',
      what: `${spec.path} is in the way: it is no file`,
      hint: `move ${spec.path} elsewhere`,
    };
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
    writeInPlace(spec.path, Buffer.from(spec.content));
    chmodSync(spec.path, modeOf(spec));
    return;
  }
  const temporary = temporaryName(spec.path);
  writeFileSync(temporary, spec.content, { mode: modeOf(spec) });
  chmodSync(temporary, modeOf(spec));
  renameSync(temporary, spec.path);
}

function writeInPlace(path: string, content: Buffer): void {
  const fd = openSync(path, 'r+');
  try {
    for (let at = 0; at < content.length;) at += writeSync(fd, content, at, content.length - at, at);
    ftruncateSync(fd, content.length);
  } finally {
    closeSync(fd);
  }
}

function imageOf(path: string): FileImage | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return null;
  return { content: readFileSync(path, 'base64'), mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid };
}

function restore({ path, inPlace }: FileSpec, { content, mode, uid, gid }: FileImage): void {
  const target = inPlace && statSync(path, { throwIfNoEntry: false }) ? path : temporaryName(path);
  if (target === path) writeInPlace(path, Buffer.from(content, 'base64'));
  else writeFileSync(target, content, { encoding: 'base64', mode: 0o600 });
  chownSync(target, uid, gid);
  chmodSync(target, mode);
  if (target !== path) renameSync(target, path);
}

/** One fixed name a file, so that what a crash leaves of it is found again. */
function temporaryName(path: string): string {
  return `${path}.new`;
}

function modeOf(spec: FileSpec): number {
  return parseInt(spec.mode ?? '0644', 8);
}
