import type { JournalLine } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';

export const shownIsDone: Rule = {
  name: 'shown-is-done',
  summary: 'what `plan` shows is what `apply` does, by the journal, and what `up` plans',
  async check(lab) {
    const shown = await lab.planned();
    const { journal } = await lab.up();
    const faults: Fault[] = [];
    const carriedOut = journal.findLast(({ type }) => type === 'begin')?.planHash as string | undefined;
    const wanted = new Set(shown.delta!.make.map(({ effect }) => effect));
    const made = new Set(journal.flatMap((record) => (record.type === 'done' ? [record.id as string] : [])));
    for (const id of wanted)
      if (!made.has(id)) faults.push(fault(`${id} was shown, and the journal has it not as made`));
    for (const id of made) if (!wanted.has(id)) faults.push(fault(`${id} was made, and not shown`));
    if (carriedOut !== shown.hash) {
      faults.push(fault(`plan showed ${brief(shown.hash)}, and apply carried out ${brief(carriedOut)}`));
    }
    const again = await lab.command(['up', lab.file, ...lab.named, ...lab.stages]);
    const replanned = plannedHash(await lab.readJournal());
    if (replanned !== shown.hash) {
      const why = again.code === 0 ? '' : ` (it ended with exit code ${again.code})`;
      faults.push(
        fault(`plan showed ${brief(shown.hash)} on a clean host, and up plans ${brief(replanned)} now${why}`),
      );
    }
    const evidence = [
      `plan showed ${brief(shown.hash)} with ${wanted.size} effects to make; apply made ${made.size} of the same plan`,
      `up on the same experiment plans ${brief(replanned)}`,
    ];
    return { evidence, faults };
  },
};

function fault(what: string): Fault {
  return {
    what,
    mend: 'let plan() depend on facts and probes only, whatever is on the host: `--rule pure-plans` names what it depends on',
  };
}

function plannedHash(journal: readonly JournalLine[]): string | undefined {
  const last = journal.findLast(({ type }) => type === 'planned');
  return last?.planHash as string | undefined;
}

function brief(hash: string | undefined): string {
  return hash?.slice(0, 12) ?? 'none';
}
