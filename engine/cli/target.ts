import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DEFAULT_VAR_DIR, experimentFact, parseExperimentName } from '../config/experiment.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import { readRegistry } from '../host/registry.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';

/** What every command takes to say which experiment it is about. */
export interface TargetOptions {
  /** `-e PROJECT/NAME`. */
  readonly experiment?: string;
  /** `--var DIR`. */
  readonly var?: string;
}

/** The experiment that is to be made of a file: named by `-e`, else after the file, in the site's project. */
export function targetOfFile(file: string, options: TargetOptions, siteProject: string): ExperimentFact {
  refuseEmptyVar(options);
  const fromFile = { project: siteProject, name: nameFromFile(file) };
  const { project, name } =
    options.experiment === undefined ? fromFile : parseExperimentName(options.experiment);
  if (options.var !== undefined) return experimentFact(project, name, resolve(options.var));
  const { id } = experimentFact(project, name, DEFAULT_VAR_DIR);
  const { experiments } = readRegistry();
  const known = experiments[id]?.varDir;
  if (known !== undefined) return experimentFact(project, name, known);
  const taken = Object.values(experiments).some(({ varDir }) => varDir === DEFAULT_VAR_DIR);
  const varDir = taken ? join(DEFAULT_VAR_DIR, 'experiments', project, name) : DEFAULT_VAR_DIR;
  return experimentFact(project, name, varDir);
}

/**
 * The experiment that a command without a file is about: by `-e`, by what `--var` holds, or the only one of the host.
 * @returns undefined where there is none.
 * @throws UserError where there are several, or `-e` and `--var` contradict each other.
 */
export function findTarget(options: TargetOptions): ExperimentFact | undefined {
  refuseEmptyVar(options);
  const { experiments } = readRegistry();
  if (options.experiment !== undefined) {
    const { project, name } = parseExperimentName(options.experiment);
    const { id } = experimentFact(project, name, DEFAULT_VAR_DIR);
    const known = experiments[id]?.varDir;
    if (options.var !== undefined && known !== undefined && resolve(options.var) !== known) {
      throw new UserError({
        code: 'experiment-elsewhere',
        message: `${project}/${name} is in ${known}, not in ${resolve(options.var)}`,
        hint: `leave out --var, or use --var ${known}`,
      });
    }
    const varDir = options.var === undefined ? (known ?? defaultVarOf(project, name)) : resolve(options.var);
    return varDir === undefined ? undefined : experimentFact(project, name, varDir);
  }
  if (options.var !== undefined) return heldBy(resolve(options.var));
  const all = Object.values(experiments);
  if (all.length === 1) return experimentFact(all[0]!.project, all[0]!.name, all[0]!.varDir);
  if (all.length === 0) return heldBy(DEFAULT_VAR_DIR);
  throw new UserError({
    code: 'which-experiment',
    message: 'there are several experiments on this host',
    hint: `name one with -e: ${all.map(({ project, name }) => `${project}/${name}`).join(', ')}`,
  });
}

/** As `findTarget`. @throws UserError where there is none. */
export function needTarget(options: TargetOptions): ExperimentFact {
  const target = findTarget(options);
  if (target) return target;
  throw new UserError({
    code: 'no-experiment',
    message: `there is no experiment${options.experiment === undefined ? '' : ` ${options.experiment}`}${options.var === undefined ? ' on this host' : ` in ${options.var}`}`,
    hint: 'bring one up: benito-pipeline up EXPERIMENT; see which there are: benito-pipeline list',
  });
}

/** The experiment whose setup is in a var directory. */
function heldBy(varDir: string): ExperimentFact | undefined {
  const file = join(varDir, 'config', 'pid_eid');
  if (!existsSync(file)) {
    const registered = Object.values(readRegistry().experiments).find((one) => one.varDir === varDir);
    return registered && experimentFact(registered.project, registered.name, varDir);
  }
  const [project = '', name = ''] = readFileSync(file, 'utf8').split('\n');
  return experimentFact(project, name, varDir);
}

/** Where an experiment that is not up would be found. */
function defaultVarOf(project: string, name: string): string | undefined {
  const places = [DEFAULT_VAR_DIR, join(DEFAULT_VAR_DIR, 'experiments', project, name)];
  return places.find((varDir) => {
    const held = heldBy(varDir);
    return held?.project === project && held.name === name;
  });
}

/** `a/b/star.xml` -> `star`; characters that names may not have become `-`. */
function nameFromFile(file: string): string {
  return (
    basename(file)
      .replace(/\.[^.]*$/, '')
      .replace(/[^A-Za-z0-9_-]/g, '-')
      .slice(0, 64) || 'experiment'
  );
}

/** An unset variable of a shell script must not be taken for the current directory. */
function refuseEmptyVar({ var: varDir }: TargetOptions): void {
  if (varDir !== '') return;
  throw new UserError(
    { code: 'empty-var', message: '--var was given no directory', hint: 'write --var DIR, or leave it out' },
    { exitCode: EXIT_USAGE },
  );
}
