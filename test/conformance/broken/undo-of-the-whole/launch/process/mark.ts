import { defineStage, effect } from 'benito-pipeline';
import type { Effect } from 'benito-pipeline';

/** `rm` fails on what was never made. */
export default defineStage({
  summary: 'Mark the host, one mark after the other',
  plan() {
    const marks: Effect[] = [];
    for (let index = 1; index <= 40; index += 1) {
      const path = `/run/mark-${index}`;
      const after = marks.slice(-1);
      const commands = { observe: ['test', '-e', path], make: ['touch', path], unmake: ['rm', path] };
      marks.push(effect.command({ identity: `mark-${index}`, ...commands }, { after }));
    }
    return { effects: marks };
  },
});
