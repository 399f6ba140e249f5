import { dirname, relative } from 'node:path';
import { effect } from '../stage/effects.ts';
import type { PlannedEffect } from './plan.ts';

/** The effects, with the directories of all files below the experiment's own as effects before them. */
export function withDirectories(effects: readonly PlannedEffect[], varDir: string): readonly PlannedEffect[] {
  const asker = new Map<string, string>();
  for (const { kind, name, stage } of effects) {
    if (kind !== 'file' || relative(varDir, name).startsWith('..')) continue;
    for (let path = dirname(name); path !== varDir; path = dirname(path)) {
      if (!asker.has(path)) asker.set(path, stage);
    }
  }
  const made = new Map<string, PlannedEffect>();
  for (const [path, stage] of [...asker].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parent = made.get(dirname(path));
    made.set(path, { ...effect.directory({ path }, { keep: 'user', after: parent ? [parent] : [] }), stage });
  }
  return [...made.values(), ...effects.map((one) => inDirectory(one, made))];
}

function inDirectory(one: PlannedEffect, made: ReadonlyMap<string, PlannedEffect>): PlannedEffect {
  const directory = made.get(dirname(one.name));
  if (one.kind !== 'file' || !directory) return one;
  return { ...one, edges: { ...one.edges, after: [...one.edges.after, `directory ${directory.name}`] } };
}
