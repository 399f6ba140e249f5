import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Mark the host for as long as the nodes live',
  needs: ['nodes', 'processNodes'],
  plan: ({ facts: { nodes, processNodes } }) => ({
    effects: nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name }) =>
        effect.command({
          identity: `mark-${name}`,
          of: [processNodes[name]!],
          make: ['touch', `/var/tmp/mark-${name}`],
        }),
      ),
  }),
});
