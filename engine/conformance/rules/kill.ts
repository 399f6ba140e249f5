import { packageRoot } from '../../config/package-root.ts';
import type { Snapshot } from '../host.ts';
import type { Answer, Lab } from '../lab.ts';
import { failuresOf } from '../failures.ts';
import { Blocked } from '../rule.ts';
import type { Fault, Rule } from '../rule.ts';
import { residue } from './undo.ts';

export const kill: Rule = {
  name: 'kill',
  summary: 'killed at any record of the journal, `up` goes on from there, and `down` leaves nothing',
  async check(lab) {
    await lab.down();
    const before = await lab.host.snapshot();
    const started = performance.now();
    const records = await countRecords(lab);
    const trouble = await clear(lab, before);
    const round = (performance.now() - started) / 1000;
    const moments = choose(records, lab.kills ?? Math.max(FEWEST, Math.floor(BUDGET_SECONDS / round)));
    const faults: Fault[] = [...trouble];
    for (const [index, moment] of moments.entries()) {
      const killed = await up(lab, moment);
      const then = index % 2 === 0 ? 'up' : 'down';
      const where = `killed at record ${moment} of ${records.count}, then ${then}: `;
      const wrong: Fault[] = [];
      if (killed.code === 0) continue; // it had less to write this time
      if (then === 'up') wrong.push(...(await goesOn(lab)));
      wrong.push(...(await clear(lab, before)));
      faults.push(...wrong.map(({ what, mend }) => ({ what: `${where}${what}`, mend })));
      if (wrong.length > 0) break; // what is left would be found again and again
    }
    const all = moments.length === records.count ? 'each' : `${moments.length} (${moments.join(', ')})`;
    return {
      evidence: [
        `up writes ${records.count} records; killed with SIGKILL at ${all} of them, then up and down, or down`,
      ],
      faults,
    };
  },
};

/** What the default number of kills goes by. */
const BUDGET_SECONDS = 20;
const FEWEST = 2;

/** Each record; or, of fewer, those that say what is about to be done, evenly: behind them it is half done. */
function choose(
  { count, intents }: { readonly count: number; readonly intents: readonly number[] },
  wanted: number,
): readonly number[] {
  if (wanted >= count) return Array.from({ length: count }, (_, index) => index + 1);
  const most = Math.min(intents.length, wanted);
  return Array.from(
    { length: most },
    (_, index) => intents[Math.floor(((index + 0.5) * intents.length) / most)]!,
  );
}

/** What `up` writes: how many records, and which of them say what is about to be done. */
async function countRecords(
  lab: Lab,
): Promise<{ readonly count: number; readonly intents: readonly number[] }> {
  const ended = await up(lab, 0);
  const told = /^conformance: \{"records":(\d+)\}$/m.exec(ended.stderr)?.[1];
  if (ended.code !== 0 || told === undefined) throw new Blocked('comes-up', failuresOf('up', ended));
  const journal = (await lab.readJournal()).slice(-Number(told));
  const intents = journal.flatMap(({ type }, index) => (type === 'intent' ? [index + 1] : []));
  return { count: journal.length, intents };
}

function up(lab: Lab, killAt: number): Promise<Answer> {
  return lab.command(['up', lab.file, ...lab.named, ...lab.stages, '--json'], {
    env: {
      NODE_OPTIONS: `--require=${packageRoot()}/engine/conformance/kill-at-record.cjs`,
      KILL_AT: String(killAt),
    },
  });
}

async function goesOn(lab: Lab): Promise<readonly Fault[]> {
  const again = await lab.command(['up', lab.file, ...lab.named, ...lab.stages, '--json']);
  if (again.code !== 0) {
    return failuresOf('up', again);
  }
  const { plan } = await lab.planned();
  const nodes = plan.nodes.filter(({ ghost }) => !ghost);
  const seen = await lab.look(nodes, { count: 1, seconds: 2 });
  return nodes.flatMap(({ name, interfaces }) =>
    interfaces
      .filter((one) => !seen.get(one.switch)!.answers.get(one.address))
      .map(({ address }) => ({
        what: `up ended well, and ${name} does not answer at ${address}`,
        mend: 'let `observe` not take half of a thing for the whole, and hang what dies with something on it by `diesWith`',
      })),
  );
}

async function clear(lab: Lab, before: Snapshot): Promise<readonly Fault[]> {
  const down = await lab.command(['down', ...lab.named, '--purge', '--json']);
  if (down.code !== 0) return failuresOf('down', down);
  return (await lab.host.residue(before)).map(residue);
}
