import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Greet whoever brings it up',
  needs: ['experiment'],
  plan: ({ facts: { experiment } }) => ({
    effects: [
      effect.file({
        path: `${experiment.stateDir}/motd`,
        content: `hello ${process.env['HOME'] ?? 'you'}\n`,
      }),
    ],
  }),
});
