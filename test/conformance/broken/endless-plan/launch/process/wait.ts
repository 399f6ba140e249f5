import { defineStage } from 'benito-pipeline';

export default defineStage({
  summary: 'Wait for better times',
  needs: ['nodes'],
  plan({ facts: { nodes } }) {
    while (nodes.length > 0);
    return {};
  },
});
