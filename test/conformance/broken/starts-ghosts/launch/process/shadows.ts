import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Start a shadow of every node',
  needs: ['nodes'],
  plan: ({ facts: { nodes } }) => ({
    effects: nodes.map(({ name }) =>
      effect.process({ name: `shadow-${name}`, argv: ['sleep', 'infinity'], start: 'stays' }, { node: name }),
    ),
  }),
});
