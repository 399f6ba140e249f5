import type { ExperimentFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { Stage } from '../stage/order.ts';

/** A stage needs a fact whose stage was skipped. */
export function unmet(stage: Stage, name: string): UserError {
  return new UserError({
    code: 'fact-missing',
    message: `${stage.file} needs the fact '${name}', but the stage that provides it had nothing to do`,
    hint: `see why: benito-pipeline run ${stage.phase} --dry-run`,
  });
}

/** A stage has two probes of one name. */
export function probedTwice(stage: Stage, name: string): UserError {
  return new UserError({
    code: 'probe-twice',
    message: `the stage has two probes that are called '${name}'`,
    place: { file: stage.file },
    hint: 'give each probe of a stage a name of its own',
  });
}

/** A stage did not give a fact that it promised. */
export function unprovided(stage: Stage, name: string): UserError {
  return new UserError({
    code: 'fact-not-given',
    message: `the stage promises the fact '${name}' and did not give it`,
    place: { file: stage.file },
    hint: `return { facts: { ${name}: ... } }, or take it out of 'provides'`,
  });
}

/** A stage gave a fact that it did not promise. */
export function undeclared(stage: Stage, name: string): UserError {
  return new UserError({
    code: 'fact-not-declared',
    message: `the stage gave the fact '${name}', which it does not name in 'provides'`,
    place: { file: stage.file },
    hint: `add '${name}' to 'provides'`,
  });
}

/** Launch finds no setup to stand on. */
export function notSetUp({ project, name, configDir }: ExperimentFact): UserError {
  return new UserError({
    code: 'not-set-up',
    message: `${configDir} holds no complete setup of ${project}/${name}`,
    hint: 'run setup first: benito-pipeline run setup EXPERIMENT',
  });
}
