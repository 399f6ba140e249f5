import { existsSync } from 'node:fs';
import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Greet those who come for the first time',
  needs: ['experiment'],
  plan({ facts: { experiment } }) {
    const known = existsSync(experiment.stateDir);
    return {
      effects: [effect.file({ path: `${experiment.stateDir}/motd`, content: known ? '' : 'welcome\n' })],
    };
  },
});
