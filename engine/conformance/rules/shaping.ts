import { UNSCANNED } from '../host.ts';
import { failuresOf } from '../failures.ts';
import type { Rule } from '../rule.ts';
import { computer, topdl } from '../topdl.ts';

export const shaping: Rule = {
  name: 'shaping',
  summary: 'a link of 10 ms each way takes 20 ms to and fro between two nodes of the platform',
  async check(lab) {
    if (lab.definition.lacks?.includes('exec')) return { evidence: [], faults: [], notAsked: 'exec' };
    if (lab.definition.shaping?.length === 0) return { evidence: [], faults: [], notAsked: 'shaping' };
    await lab.down();
    const file = `${UNSCANNED}/shaped.xml`;
    await lab.host.write(file, shaped(lab.platform));
    const up = await lab.command(['up', file, ...NAMED, ...lab.stages, '--json']);
    try {
      if (up.code !== 0) return { evidence: [], faults: failuresOf('up', up) };
      const { stdout } = await lab.command(['ping', 'near', 'far', '--count', '8', ...NAMED, '--json']);
      const { results = [] } = JSON.parse(stdout || '{}') as { readonly results?: readonly Result[] };
      const ms = results[0]?.ms;
      const told = ms ? `${ms.min.toFixed(1)} ms at least, ${ms.avg.toFixed(1)} ms on average` : 'no answer';
      const holds = ms && ms.min >= LEAST_MS && ms.min <= MOST_MS;
      return {
        evidence: [`near to far and back over a link of ${DELAY_MS} ms: ${told}`],
        faults: holds
          ? []
          : [
              {
                what: `near to far and back over a link of ${DELAY_MS} ms takes not ${2 * DELAY_MS} ms: ${told}`,
                mend: "plug each interface into `switch` and `port` of the fact 'nodes' and nowhere else: what shapes the link sits behind that port",
              },
            ],
      };
    } finally {
      await lab.command(['down', ...NAMED, '--purge']);
    }
  },
};

const NAMED = ['-e', 'conformance/shaped', '--var', '/var/shaped'];
const DELAY_MS = 10;
/** A delay element takes the way through plugs and switch off a delay, 0.35 ms at most; here and there it is shorter. */
const LEAST_MS = 2 * DELAY_MS - 2 * 0.35 - 0.3;
/** An emulated guest on a machine that is busy takes its time. */
const MOST_MS = 20 * DELAY_MS;

interface Result {
  readonly ms: { readonly min: number; readonly avg: number } | null;
}

function shaped(platform: string): string {
  const node = (name: string): string => computer(name, ['link'], { 'containers:node_type': platform });
  return topdl(['link'], [node('near'), node('far')]).replace(
    '<substrates><name>link</name>',
    `<substrates><name>link</name><latency><time>${DELAY_MS}</time><kind>average</kind></latency>`,
  );
}
