import { Blocked } from '../rule.ts';
import type { Rule } from '../rule.ts';

export const comesUp: Rule = {
  name: 'comes-up',
  summary: 'a small experiment of the platform is planned and comes up',
  async check(lab) {
    try {
      const { plan } = await lab.planned();
      const { seconds, nodes } = await lab.up();
      const took = `${nodes.map(({ name }) => name).join(', ')} came up in ${seconds.toFixed(1)} s`;
      return { evidence: [`${plan.effects.length} effects planned; ${took}`], faults: [] };
    } catch (error) {
      if (error instanceof Blocked && error.rule === 'comes-up')
        return { evidence: [], faults: error.faults };
      throw error;
    }
  },
};
