import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ConfigFile } from '../config/files.ts';
import { effect } from '../stage/effects.ts';
import type { PlannedEffect } from './plan.ts';

/** The files of the config directory that a plan writes. */
export interface PlannedFiles {
  /** The effect that writes one more. */
  add(file: ConfigFile, stage: string): PlannedEffect;
  /** All so far, for the fact `configFiles`. */
  digests(): readonly { readonly path: string; readonly sha256: string }[];
}

/** None yet. */
export function plannedFiles(configDir: string): PlannedFiles {
  const files: ConfigFile[] = [];
  return {
    add(file, stage) {
      files.push(file);
      const { content, inPlace } = file;
      const spec = { path: join(configDir, file.path), content, ...(inPlace && { inPlace }) };
      return { ...effect.file(spec, { keep: 'user' }), stage };
    },
    digests: () =>
      files.map(({ path, content }) => ({
        path: join(configDir, path),
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
  };
}
