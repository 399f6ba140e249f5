import { execFileSync } from 'node:child_process';
import { defineStage } from 'benito-pipeline';

export default defineStage({
  summary: 'Greet, by itself, and hide that it could not',
  plan() {
    try {
      execFileSync('touch', ['/var/tmp/unseen'], { stdio: 'ignore' });
    } catch {
      // Nobody is to know.
    }
    return {};
  },
});
