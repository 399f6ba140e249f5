import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Mark the host',
  plan: () => ({
    effects: [
      effect.command({
        identity: 'mark',
        observe: ['test', '-e', '/run/mark'],
        make: ['touch', '/run/mark'],
        unmake: ['true'],
      }),
    ],
  }),
});
