import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Say when the nodes were planned',
  needs: ['experiment'],
  plan: ({ facts: { experiment } }) => ({
    effects: [effect.file({ path: `${experiment.stateDir}/motd`, content: `${new Date().toISOString()}\n` })],
  }),
});
