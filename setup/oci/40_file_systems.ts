import { UserError, defineStage } from 'benito-pipeline';
import type { One, Probe, Settings } from 'benito-pipeline';

/** A directory of the host in the containers. */
export interface ContainerMount {
  /** Where nodes have it. */
  readonly path: string;
  readonly directory: string;
  readonly access: 'ro' | 'rw';
}

declare module 'benito-pipeline' {
  interface Facts {
    /** The host's directories that every container has. */
    containerMounts: One<readonly ContainerMount[]>;
  }
}

/** Root in a container is the host's root as to files: it may write to the host's where the site trusts nodes. */
export default defineStage({
  summary: "Decide which of the host's directories containers have",
  needs: ['settings'],
  provides: ['containerMounts'],
  probes: ({ facts: { settings } }) => wanted(settings).map(({ directory }) => probeOf(directory)),
  plan({ facts: { settings }, probed }) {
    const access = settings.file_systems.trust_guests ? 'rw' : 'ro';
    const all = wanted(settings).map((one) => ({
      ...one,
      there: probed[probeOf(one.directory).name]?.status === 0,
    }));
    const problems = all
      .filter(({ there, named }) => named && !there)
      .map(({ path, directory }) => ({
        code: 'export-missing',
        message: `file_systems.exports.${path}: this host has no directory ${directory}, which containers would get`,
        hint: `make ${directory}, name another in the site settings, or say 'none'`,
      }));
    if (problems.length > 0) throw new UserError(problems);
    const containerMounts = all
      .filter(({ there }) => there)
      .map(({ path, directory }): ContainerMount => ({ path, directory, access }));
    return { facts: { containerMounts } };
  },
});

interface Wanted {
  readonly path: string;
  readonly directory: string;
  /** By the site, rather than `auto`. */
  readonly named: boolean;
}

function wanted({ file_systems: { server, exports } }: Settings): readonly Wanted[] {
  if (server === 'none') return [];
  return Object.entries(exports)
    .filter(([, from]) => from !== 'none')
    .map(([path, from]) => ({ path, directory: from === 'auto' ? path : from, named: from !== 'auto' }));
}

function probeOf(directory: string): Probe {
  return { name: `directory ${directory} for containers`, argv: ['test', '-d', directory] };
}
