import { writeFileSync } from 'node:fs';
import { defineStage } from 'benito-pipeline';

export default defineStage({
  summary: 'Greet, by itself',
  plan() {
    writeFileSync('/var/tmp/motd', 'hello\n');
    return {};
  },
});
