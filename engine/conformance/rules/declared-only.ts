import { accountOf } from '../account.ts';
import type { Lab } from '../lab.ts';
import type { Rule } from '../rule.ts';

export const declaredOnly: Rule = {
  name: 'declared-only',
  summary: 'all that appears on the host, or changes, is what an effect of the plan says',
  scans: true,
  async check(lab) {
    const { plan } = await lab.planned();
    const { appeared = [] } = await lab.up();
    const account = accountOf(plan, await processesOf(lab));
    const strays = appeared.filter((line) => !account.explains(line));
    const sections = new Map<string, number>();
    for (const line of appeared) {
      const section = line.split(':')[0]!;
      sections.set(section, (sections.get(section) ?? 0) + 1);
    }
    const counted = [...sections].map(([section, count]) => `${section} ${count}`).join(', ');
    return {
      evidence: [`${appeared.length} traces by a scan that knows nothing of the engine: ${counted}`],
      faults: strays.map((line) => ({
        what: `no effect of the plan accounts for: ${line}`,
        mend: 'make it by an effect of its kind (effect.file, effect.directory, ...), or name its path in `creates` of the process that makes it',
      })),
    };
  },
};

/** What runs, by process id: whether in the cgroup of a process effect. */
async function processesOf({ host }: Lab): Promise<ReadonlyMap<string, boolean>> {
  const script = `
    for one in /proc/[0-9]*; do
      grep -qs '/benito-pipeline/[0-9a-f]*/live/' "$one/cgroup" && echo "\${one#/proc/} in" || echo "\${one#/proc/} out"
    done`;
  const lines = (await host.must(['sh', '-c', script])).split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.endsWith(' in')] as const));
}
