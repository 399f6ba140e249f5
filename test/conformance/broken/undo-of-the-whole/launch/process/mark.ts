import { defineStage, effect } from 'benito-pipeline';

/** `rm` fails on what was never made. */
export default defineStage({
  summary: 'Mark the host',
  plan: () => ({
    effects: [
      effect.command({
        identity: 'mark',
        observe: ['test', '-e', '/run/mark'],
        make: ['sh', '-c', 'sleep 0.5; touch /run/mark'],
        unmake: ['rm', '/run/mark'],
      }),
    ],
  }),
});
