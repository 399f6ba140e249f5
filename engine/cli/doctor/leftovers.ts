import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { journalDir } from '../../config/experiment.ts';
import { cgroupRoot, isPopulated } from '../../host/cgroup.ts';
import { readRegistry } from '../../host/registry.ts';
import { isUserError } from '../../model/problem.ts';
import { ok, unknown, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { isRoot } from './look.ts';

/** What no `down` knows of any more. */
export const leftoverChecks: readonly Check[] = [
  {
    name: 'leftovers',
    look(): readonly Finding[] {
      const findings = [...lostJournals(), ...strayCgroups()];
      return findings.length > 0
        ? findings
        : [ok('no experiment has lost its journal, no cgroup its experiment')];
    },
  },
];

function lostJournals(): readonly Finding[] {
  return Object.values(readRegistry().experiments).flatMap(
    ({ project, name, varDir }): readonly Finding[] => {
      if (existsSync(join(journalDir(varDir), 'journal.jsonl'))) return [];
      if (!isRoot() && existsSync(journalDir(varDir)))
        return [unknown(`the journal of ${project}/${name} only root may see`)];
      return [
        warning(
          `the journal of ${project}/${name} in ${varDir} is gone: what it made is found by hand only (ip netns, ps)`,
          `benito-pipeline down -e ${project}/${name} --var ${varDir}`,
        ),
      ];
    },
  );
}

function strayCgroups(): readonly Finding[] {
  const known = new Set(Object.keys(readRegistry().experiments));
  const parent = parentCgroup();
  if (parent === undefined || !existsSync(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !known.has(entry.name))
    .map(({ name }) => {
      const path = join(parent, name);
      const what = isPopulated(path) ? 'processes run in' : 'there is';
      return warning(
        `${what} ${path}, and no experiment is known by that name`,
        `echo 1 >${path}/cgroup.kill; sleep 1; find ${path} -depth -type d -exec rmdir {} +`,
      );
    });
}

function parentCgroup(): string | undefined {
  try {
    return join(cgroupRoot(), 'benito-pipeline');
  } catch (error) {
    if (isUserError(error)) return undefined;
    throw error;
  }
}
