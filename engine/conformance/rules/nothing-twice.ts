import type { Rule } from '../rule.ts';

export const nothingTwice: Rule = {
  name: 'nothing-twice',
  summary: 'a second `up` finds nothing to do',
  async check(lab) {
    await lab.up();
    const { stdout } = await lab.command(['plan', lab.file, ...lab.named, ...lab.stages, '--json']);
    const { delta } = JSON.parse(stdout) as { delta: Record<'make' | 'change' | 'unmake', readonly Step[]> };
    const steps = (['make', 'change', 'unmake'] as const).flatMap((verb) =>
      delta[verb].map(({ effect, why }) => ({ verb, effect, why: why.join('; ') })),
    );
    const again = await lab.command(['up', lab.file, ...lab.named, ...lab.stages, '--json']);
    const count = /"type":"delta","make":(\d+),"change":(\d+),"unmake":(\d+),"kept":(\d+)/.exec(again.stdout);
    const done = count
      ? `make ${count[1]}, change ${count[2]}, unmake ${count[3]}, keep ${count[4]}`
      : 'nothing';
    return {
      evidence: [`up again: ${done}`],
      faults: steps.map(({ verb, effect, why }) => ({
        what: `${effect} came up, and a second up would ${verb} it: ${why}`,
        mend: effect.startsWith('command ')
          ? 'let its `observe` end with exit status 0 as soon as `make` has done its work'
          : 'let its spec be what comes to be: the same facts must give the same effect, and nothing may change it afterwards',
      })),
    };
  },
};

interface Step {
  readonly effect: string;
  readonly why: readonly string[];
}
