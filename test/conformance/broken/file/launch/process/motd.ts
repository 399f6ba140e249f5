import { readFileSync } from 'node:fs';
import { defineStage, effect } from 'benito-pipeline';

export default defineStage({
  summary: 'Greet with the name of the host',
  needs: ['experiment'],
  plan: ({ facts: { experiment } }) => ({
    effects: [
      effect.file({ path: `${experiment.stateDir}/motd`, content: readFileSync('/etc/hostname', 'utf8') }),
    ],
  }),
});
