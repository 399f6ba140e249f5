import { UserError } from '../model/problem.ts';

/** @throws UserError for everyone but root. */
export function needRoot(command: string): void {
  if (process.getuid?.() === 0) return;
  throw new UserError({
    code: 'need-root',
    message: `benito-pipeline ${command} changes this host's network and processes: only root may`,
    hint: `sudo benito-pipeline ${command} ...; without root: check, plan, stages, run setup --dry-run`,
  });
}
