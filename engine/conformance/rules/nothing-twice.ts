import type { Rule } from '../rule.ts';

export const nothingTwice: Rule = {
  name: 'nothing-twice',
  summary: 'a second `up` finds nothing to do',
  async check(lab) {
    await lab.up();
    const again = await lab.command(['up', lab.file, ...lab.named, ...lab.stages, '--json']);
    const events = again.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Event);
    const delta = events.find(({ type }) => type === 'delta');
    const { make = 0, change = 0, unmake = 0, kept = 0 } = delta ?? {};
    const done = events.filter(({ type }) => type === 'effect-done' || type === 'effect-failed');
    return {
      evidence: [`up again: make ${make}, change ${change}, unmake ${unmake}, keep ${kept}`],
      faults: done.map(({ op, effect = '', stage }) => ({
        what: `${effect} of the stage ${stage} came up, and a second up found it wanting (${op})`,
        mend: effect.startsWith('command ')
          ? 'let its `observe` end with exit status 0 as soon as `make` has done its work'
          : 'let its spec be what comes to be: the same facts must give the same effect, and nothing may change it afterwards',
      })),
    };
  },
};

interface Event {
  readonly type: string;
  readonly make?: number;
  readonly change?: number;
  readonly unmake?: number;
  readonly kept?: number;
  readonly op?: string;
  readonly effect?: string;
  readonly stage?: string;
}
