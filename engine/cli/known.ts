import { journalDir } from '../config/experiment.ts';
import { readJournal } from '../journal/journal.ts';
import type { JournalState } from '../journal/journal.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import { needTarget } from './target.ts';
import type { TargetOptions } from './target.ts';

/** An experiment of this host, with what its journal says. */
export interface Known {
  readonly experiment: ExperimentFact;
  /** PROJECT/NAME. */
  readonly full: string;
  readonly journal: JournalState;
}

/** Whether anything is, or was, launched and not taken down. */
export function isLaunched({ effects }: Pick<JournalState, 'effects'>): boolean {
  return [...effects.values()].some(
    ({ effect }) => effect.stage.startsWith('launch/') && effect.keep === undefined,
  );
}

/**
 * The experiment that a command which only looks is about.
 * @throws UserError for everyone but root, who alone may read journals and enter nodes; and where there is none.
 */
export function openKnown(options: TargetOptions, command: string): Known {
  if (process.getuid?.() !== 0) {
    throw new UserError({
      code: 'need-root',
      message: `benito-pipeline ${command} reads the experiment's journal and enters its nodes: only root may`,
      hint: `sudo benito-pipeline ${command} ...; without root: list, check, plan, stages, doctor`,
    });
  }
  const experiment = needTarget(options);
  const journal = readJournal(journalDir(experiment.varDir));
  return { experiment, full: `${experiment.project}/${experiment.name}`, journal };
}
