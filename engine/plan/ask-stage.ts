import { channel } from 'node:diagnostics_channel';
import { basename } from 'node:path';
import { UserError, isUserError } from '../model/problem.ts';
import type { Stage } from '../stage/order.ts';

/** Told on the diagnostics channel `benito-pipeline:stage`, before a stage is asked something and after it. */
export interface StageAsked {
  readonly stage: string;
  readonly file: string;
  readonly question: Question;
  readonly ended: boolean;
}

type Question = 'probes' | 'claims' | 'plan';

/**
 * Asks a stage for its probes, claims or plan.
 * @throws UserError naming the stage and the line, whatever it throws, unless that is a UserError itself.
 */
export async function askStage<T>(stage: Stage, question: Question, ask: () => T | Promise<T>): Promise<T> {
  const asked = { stage: stage.name, file: stage.file, question };
  stages.publish({ ...asked, ended: false } satisfies StageAsked);
  try {
    return await ask();
  } catch (error) {
    throw isUserError(error) ? error : stageFailed(stage, error);
  } finally {
    stages.publish({ ...asked, ended: true } satisfies StageAsked);
  }
}

const stages = channel('benito-pipeline:stage');

function stageFailed({ name, file }: Stage, error: unknown): UserError {
  const { message, stack = '' } = error as Partial<Error>;
  const line = new RegExp(`${basename(file).replaceAll('.', '\\.')}:(\\d+)`).exec(stack)?.[1];
  return new UserError(
    {
      code: 'stage-failed',
      message: `the stage ${name} failed: ${message ?? String(error)}`,
      place: { file, ...(line !== undefined && { line: Number(line) }) },
      hint: 'mistakes of the experiment it tells as a UserError; all else is for its author to mend',
    },
    { cause: error },
  );
}
