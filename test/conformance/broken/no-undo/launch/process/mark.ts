import { defineStage } from 'benito-pipeline';

export default defineStage({
  summary: 'Mark the host',
  plan: () => ({
    effects: [
      {
        kind: 'command',
        name: 'mark',
        spec: { observe: ['test', '-e', '/run/mark'], make: ['touch', '/run/mark'] },
        edges: { after: [], within: [], diesWith: [] },
      },
    ],
  }),
});
