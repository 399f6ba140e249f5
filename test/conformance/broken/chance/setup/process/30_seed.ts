import { randomInt } from 'node:crypto';
import { defineStage } from 'benito-pipeline';

export default defineStage({
  summary: 'Draw a seed for each node',
  needs: ['nodes'],
  provides: ['seeds' as never],
  plan: ({ facts: { nodes } }) => ({
    facts: { seeds: nodes.map(({ name }) => ({ name, seed: randomInt(2 ** 32) })) },
  }),
});
