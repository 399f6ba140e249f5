import { effectId } from '../../model/effect.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import { Blocked } from '../rule.ts';
import type { Fault, Rule } from '../rule.ts';

export const timeLimits: Rule = {
  name: 'time-limits',
  summary: 'planning and bringing up come to an end, and what is waited for has a limit',
  async check(lab) {
    const { limits } = lab;
    try {
      const { plan } = await lab.planned();
      const { seconds } = await lab.up();
      const faults = plan.effects.flatMap((effect) => tooPatient(effect, limits.up));
      const longest = Math.max(0, ...plan.effects.map(patienceOf));
      return {
        evidence: [
          `planned within ${limits.plan} s, up after ${seconds.toFixed(1)} of ${limits.up} s`,
          `the longest that an effect waits is ${longest} s`,
        ],
        faults,
      };
    } catch (error) {
      if (error instanceof Blocked && error.rule === 'time-limits')
        return { evidence: [], faults: error.faults };
      throw error;
    }
  },
};

/** How many seconds an effect says that it may take. */
function patienceOf({ spec }: PlannedEffect): number {
  const { ready, seconds } = spec as { ready?: { seconds?: number }; seconds?: number };
  return Math.max(ready?.seconds ?? 0, typeof seconds === 'number' ? seconds : 0);
}

function tooPatient(effect: PlannedEffect, limit: number): readonly Fault[] {
  const patience = patienceOf(effect);
  if (patience <= Math.max(limit, MOST_SECONDS)) return [];
  return [
    {
      what: `${effectId(effect)} of the stage ${effect.stage} may take ${patience} s before anybody hears of it`,
      mend: 'wait for minutes at most: a limit that nobody lives to see is none',
    },
  ];
}

const MOST_SECONDS = 3600;
