import { packageRoot } from '../../config/package-root.ts';
import { fakeTime } from '../fake-time.ts';
import { effectId } from '../../model/effect.ts';
import { firstDifference } from '../differences.ts';
import type { Lab } from '../lab.ts';
import { planLab } from '../plan-lab.ts';
import type { Noted, Shown, Watch } from '../plan-lab.ts';
import { Blocked } from '../rule.ts';
import type { Fault, Rule } from '../rule.ts';

export const purePlans: Rule = {
  name: 'pure-plans',
  summary: 'a plan comes of facts and probes alone: no clock, chance, environment, file, program or network',
  async check(lab) {
    const before = await lab.host.snapshot();
    const shown = await lab.planned();
    const faults: Fault[] = [...shown.noted.map(forbidden)];
    const evidence: string[] = [];
    const worlds = Object.entries(WORLDS);
    const made = await Promise.all(worlds.map(async ([, watch]) => elsewhere(lab, watch)));
    let first: Shown | undefined;
    for (const [index, other] of made.entries()) {
      const how = worlds[index]![0];
      if ('faults' in other) {
        faults.push(...told(how, other.faults, faults));
        continue;
      }
      first ??= other;
      const same = other.hash === first.hash ? '' : `, not ${first.hash.slice(0, 12)}`;
      evidence.push(`planned ${how}: ${other.hash.slice(0, 12)}${same}`);
      const different = differs(first, other);
      if (different && !faults.some(({ mend }) => mend === different.mend)) faults.push(different);
    }
    if (fakeTime() === undefined && shown.plan.stages.some(({ file }) => !file.endsWith('.ts'))) {
      faults.push({
        what: 'the clock of stages that are programs cannot be shifted: libfaketime is missing on this machine',
        mend: 'install it: node config/install/ensure.mjs conformance',
      });
    }
    const left = await lab.host.residue(before);
    faults.push(...left.map(changedByPlan));
    evidence.push(`planning left ${left.length} traces on the host`);
    return { evidence, faults: unique(faults) };
  },
};

const confined = (...argv: readonly string[]): readonly string[] => [
  'sh',
  `${packageRoot()}/engine/conformance/confined.sh`,
  ...argv,
];

/** Where a plan is made: each time where nothing can be changed. */
const WORLDS: Readonly<Record<string, Watch>> = {
  'where nothing can be changed': { under: (argv) => confined(...argv) },
  '400 days later, in another directory and environment': {
    shift: 400 * 86_400,
    env: {
      TZ: 'Pacific/Kiritimati',
      LANG: 'C',
      HOME: '/nonexistent',
      USER: 'nobody',
      LOGNAME: 'nobody',
      CONFORMANCE_NOISE: 'one',
    },
    under: (argv) => confined('sh', '-c', 'cd /usr; true & "$@"', 'sh', ...argv),
  },
  '20 years earlier': {
    shift: -20 * 365 * 86_400,
    env: { TZ: 'America/Anchorage', CONFORMANCE_NOISE: 'two' },
    under: (argv) => confined('sh', '-c', 'cd /etc; true & true & "$@"; exit $?', 'sh', ...argv),
  },
};

async function elsewhere(lab: Lab, watch: Watch): Promise<Shown | { readonly faults: readonly Fault[] }> {
  try {
    return await planLab(lab, watch);
  } catch (error) {
    if (error instanceof Blocked) return { faults: error.faults };
    throw error;
  }
}

/** By the stage that is asked first, as later ones may only pass on what it gave. */
function differs(one: Shown, other: Shown): Fault | undefined {
  for (const { name: stage } of one.plan.stages) {
    for (const part of PARTS) {
      const found = part(stage, one, other);
      if (found === undefined) continue;
      return {
        what: `the stage ${stage} gives another plan each time: ${found}`,
        mend: `let plan() of ${stage} use its facts only; what it must know of the host it asks by a probe, whose answer does not change by itself`,
      };
    }
  }
  const nodes = firstDifference(one.plan.nodes, other.plan.nodes);
  if (!nodes) return undefined;
  return {
    what: `the platform's verbs answer otherwise each time: nodes${nodes.path} is ${nodes.one}, and then ${nodes.other}`,
    mend: 'let each verb of _platform.ts use its arguments only',
  };
}

type Part = (stage: string, one: Shown, other: Shown) => string | undefined;

const PARTS: readonly Part[] = [
  (stage, one, other) => {
    const of = ({ plan }: Shown): unknown => plan.probes.filter((probe) => probe.stage === stage);
    const found = firstDifference(of(one), of(other));
    return found && `its probe ${found.path} is ${found.one}, and then ${found.other}`;
  },
  (stage, one, other) => {
    const found = firstDifference(one.facts[stage] ?? {}, other.facts[stage] ?? {});
    return found && `the fact ${found.path} is ${found.one}, and then ${found.other}`;
  },
  (stage, one, other) => {
    const of = ({ plan }: Shown) => plan.effects.filter((effect) => effect.stage === stage);
    const [mine, theirs] = [of(one), of(other)];
    for (let index = 0; index < Math.max(mine.length, theirs.length); index += 1) {
      const found = firstDifference(mine[index], theirs[index]);
      if (!found) continue;
      const effect = mine[index] ?? theirs[index]!;
      return `${found.path || 'the effect'} of ${effectId(effect)} is ${found.one}, and then ${found.other}`;
    }
    return undefined;
  },
];

function forbidden({ stage, what, call, argument, at }: Noted): Fault {
  const about = argument === undefined ? '' : ` '${argument}'`;
  const place = at === undefined ? '' : `, ${at}`;
  return {
    what: `the stage ${stage} ${what} while it plans (${call}${about}${place})`,
    mend: /^(changes|runs)/.test(what)
      ? 'return an effect (effect.file, effect.command, ...) and let the engine make it: what a stage does itself is in no plan, and nobody undoes it'
      : `let ${stage} use facts only; what it must know of the host it asks by a probe`,
  };
}

function changedByPlan(line: string): Fault {
  return {
    what: `planning changed the host: ${line}`,
    mend: 'return an effect and let the engine make it: a plan and its probes change nothing',
  };
}

/** What went wrong in one place, without what went wrong in another already. */
function told(how: string, found: readonly Fault[], earlier: readonly Fault[]): readonly Fault[] {
  return found
    .filter(({ what }) => !earlier.some((one) => one.what.endsWith(`: ${what}`)))
    .map(({ what, mend }) => ({ what: `planned ${how}: ${what}`, mend }));
}

function unique(faults: readonly Fault[]): readonly Fault[] {
  return faults.filter(({ what }, index) => faults.findIndex((one) => one.what === what) === index);
}
