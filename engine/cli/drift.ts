import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { AnsweredProbe } from '../plan/plan.ts';
import type { Lease, ProbeAnswer } from '../stage/define.ts';

type Texts = Readonly<Record<string, string>>;

/** What of the things that a plan was made from is not as it was. */
export function driftOfInputs(then: Texts, now: Texts): readonly string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  return names
    .filter((name) => then[name] !== now[name])
    .map((name) => {
      if (then[name] === undefined) return `${name} has come to be since`;
      if (now[name] === undefined || now[name] === 'not there') return `${name} is gone`;
      const short = then[name].length < 20 && now[name].length < 20;
      return short ? `${name} was ${then[name]}, and is ${now[name]}` : `${name} has changed`;
    });
}

/** What of a host is not as it was seen; what was not seen then is not asked for. */
export function driftOfHost(then: Texts, now: Texts): readonly string[] {
  return Object.entries(then)
    .filter(([id, state]) => now[id] !== undefined && now[id] !== state)
    .map(([id, state]) => `${id} was ${state}, and is ${now[id]}`);
}

/** Which leases boss would give, or gave, differently. */
export function driftOfLeases(then: readonly Lease[], now: readonly Lease[]): readonly string[] {
  const answers = new Map(now.map((lease) => [lease.node, lease]));
  return then.flatMap((lease) => {
    const given = answers.get(lease.node);
    if (given?.address === lease.address && given.prefix === lease.prefix && given.mac === lease.mac)
      return [];
    return [`the lease of ${lease.node} was to be ${lease.address}, and is ${given?.address ?? 'not given'}`];
  });
}

/** Which probes the host answers differently; the answers come in the probes' order. */
export function driftOfProbes(
  then: readonly AnsweredProbe[],
  now: readonly ProbeAnswer[],
): readonly string[] {
  return then.flatMap(({ stage, name, status, stdout }, index) => {
    const answer = now[index]!;
    const about = `the probe '${name}' of ${stage}`;
    if (answer.status !== status)
      return [`${about} ended with status ${status}, and ends with ${answer.status}`];
    return answer.stdout === stdout ? [] : [`${about} prints something else now`];
  });
}

const TOLD = 20;

/** @throws UserError that lists what drifted, if anything did. */
export function refuseDrift(plan: string, drift: readonly string[]): void {
  if (drift.length === 0) return;
  const problems = drift.slice(0, TOLD).map((message): Problem => ({ code: 'plan-drifted', message }));
  const more = drift.length > TOLD ? ` (${drift.length} differences, of which the first ${TOLD})` : '';
  throw new UserError([
    {
      code: 'plan-refused',
      message: `the plan is not carried out, since not everything is as it was when it was made${more}:`,
      place: { file: plan },
      hint: 'make it anew and read it: benito-pipeline plan EXPERIMENT --out FILE',
    },
    ...problems,
  ]);
}
