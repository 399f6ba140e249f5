import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../model/problem.ts';
import type { ExperimentFact } from '../model/experiment.ts';

/** Where Benito kept everything, and we do unless `--var` says otherwise. */
export const DEFAULT_VAR_DIR = '/var/benito';

/** Sockets, cgroup scripts and other things that live no longer than an experiment runs. */
export const RUN_DIR = '/run/benito-pipeline';

/** PROJECT/NAME and a var directory -> the experiment's identity and every directory of its own. */
export function experimentFact(project: string, name: string, varDir: string): ExperimentFact {
  const id = createHash('sha256').update(`${project}/${name}`).digest('hex').slice(0, 8);
  return {
    id,
    project,
    name,
    varDir,
    configDir: join(varDir, 'config'),
    logDir: join(varDir, 'log'),
    stateDir: join(RUN_DIR, id),
  };
}

/** The journal and the before-images of files. */
export function journalDir(varDir: string): string {
  return join(varDir, 'journal');
}

/**
 * `PROJECT/NAME`, as `-e` takes it.
 * @throws UserError for anything else.
 */
export function parseExperimentName(text: string): { project: string; name: string } {
  const match = /^([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})$/.exec(text);
  if (!match) {
    throw new UserError({
      code: 'bad-experiment-name',
      message: `'${text}' names no experiment`,
      hint: 'write PROJECT/NAME, each of letters, digits, - and _ (at most 64), for example -e demo/star',
    });
  }
  return { project: match[1]!, name: match[2]! };
}
