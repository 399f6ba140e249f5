import { effectId } from '../model/effect.ts';
import { LIVES } from './experiment.ts';
import { failuresOf } from './failures.ts';
import type { JournalLine, Lab, Up } from './lab.ts';
import { PLAN_FILE } from './plan-lab.ts';
import { Blocked } from './rule.ts';
import type { Fault } from './rule.ts';
import { startCommandEnded } from './start-command-ended.ts';

/**
 * Has the plan carried out that was shown, and looks at once.
 * @throws Blocked where it does not come up, or takes too long.
 */
export async function bringUp(lab: Lab): Promise<Up> {
  const { plan } = await lab.planned();
  const { host } = lab;
  await host.must(['rm', '-f', LIVES]);
  const before = lab.scanned ? await host.snapshot() : undefined;
  const applied = await lab.command(['apply', PLAN_FILE, '--json']);
  if (applied.late) throw new Blocked('time-limits', tooSlow(lab, await lab.readJournal()));
  if (applied.code !== 0) throw new Blocked('comes-up', failuresOf('apply', applied));
  const nodes = plan.nodes.filter(({ ghost }) => !ghost);
  const atOnce = await lab.look(nodes, { count: 1, seconds: 1 });
  await startCommandEnded(lab);
  return {
    ...(before && { before, appeared: await host.differences(before) }),
    seconds: applied.seconds,
    atOnce,
    journal: await lab.readJournal(),
    nodes,
  };
}

/** What the journal says was begun and not ended. */
function tooSlow({ limits }: Lab, journal: readonly JournalLine[]): readonly Fault[] {
  const open = new Map<string, Intended>();
  for (const record of journal) {
    if (record.type === 'intent') {
      for (const { effect } of record.effects as readonly { effect: Intended }[])
        open.set(effectId(effect), effect);
    }
    if (record.type === 'done' || record.type === 'failed') open.delete(record.id as string);
  }
  const patient = [...open.values()].filter(
    ({ spec }) => (spec.ready?.seconds ?? spec.seconds ?? 0) > limits.up,
  );
  const late = patient.length > 0 ? patient : [...open.values()];
  return late.map((effect) => {
    const seconds = effect.spec.ready?.seconds ?? effect.spec.seconds;
    const patience = seconds === undefined ? '' : `, which may take ${seconds} s`;
    return {
      what: `apply had not ended after ${limits.up} s: ${effectId(effect)} of the stage ${effect.stage}${patience}, was in the making`,
      mend: 'let what is waited for come to be, and give it a limit of some minutes at most (`ready.seconds` of a process, `seconds` of a command); --seconds gives slow platforms more',
    };
  });
}

interface Intended {
  readonly kind: string;
  readonly name: string;
  readonly stage: string;
  readonly spec: { readonly ready?: { readonly seconds?: number }; readonly seconds?: number };
}
