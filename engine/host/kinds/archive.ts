import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { effectId } from '../../model/effect.ts';
import { canonicalJson } from '../../model/json.ts';
import type { EffectKind } from '../../plan/kind.ts';
import type { ArchiveSpec } from '../../stage/effects.ts';
import type { HostContext } from '../context.ts';
import { outcomeOf } from '../outcome.ts';

/** A .tgz whose bytes depend on its members' names and contents only. */
export function archiveKind(host: HostContext): EffectKind {
  const make: EffectKind['make'] = async (effects) => {
    const commands = effects.map(({ spec }) => {
      const { path, root, members } = spec as ArchiveSpec;
      const options = [
        '--sort=name',
        '--mtime=@0',
        '--owner=0',
        '--group=0',
        '--numeric-owner',
        '--mode=go-w',
      ];
      const names = members.map((member) => relative(root, member.path)).sort();
      return {
        argv: [
          'tar',
          '--create',
          '--use-compress-program',
          'gzip -1 -n',
          ...options,
          '--file',
          path,
          '--directory',
          root,
          '--files-from',
          '-',
        ],
        stdin: names.join('\n'),
      };
    });
    const results = await host.run(commands);
    return effects.map((effect, index) => {
      const outcome = outcomeOf(commands[index]!, results[index]!);
      return outcome.ok ? { ok: true, state: stateOf(effect.spec as ArchiveSpec) } : outcome;
    });
  };
  return {
    kind: 'archive',
    describe: ({ name, spec }) => `archive ${name}, ${(spec as ArchiveSpec).members.length} files`,
    async observe(effects, journal) {
      return effects.map((effect) => {
        const spec = effect.spec as ArchiveSpec;
        if (!statSync(spec.path, { throwIfNoEntry: false })) return { state: 'absent' };
        const known = journal.recorded(effectId(effect))?.state;
        if (known !== undefined && canonicalJson(known) === canonicalJson(stateOf(spec)))
          return { state: 'present' };
        return { state: 'different', why: ['its files have changed'], mend: 'in-place' };
      });
    },
    make,
    change: (changes, journal) =>
      make(
        changes.map(({ effect }) => effect),
        journal,
      ),
    async unmake(effects) {
      for (const { name } of effects) rmSync(name, { force: true });
      return effects.map(() => ({ ok: true }));
    },
  };
}

/** What it was made of, and what came out. */
function stateOf(spec: ArchiveSpec): { members: string; archive: string } {
  return {
    members: createHash('sha256').update(canonicalJson(spec.members)).digest('hex'),
    archive: createHash('sha256').update(readFileSync(spec.path)).digest('hex'),
  };
}
