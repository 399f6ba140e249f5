import type { Rule } from '../rule.ts';

export const ping: Rule = {
  name: 'ping',
  summary: 'every node reaches every address of every other',
  async check(lab) {
    if (!lab.definition.verbs?.exec) return { evidence: [], faults: [], notAsked: 'exec' };
    await lab.up();
    const { code, stdout, stderr } = await lab.command(['ping', ...lab.named, '--json']);
    const answer = JSON.parse(stdout || '{}') as Partial<Pinged>;
    const { pairs = 0, failures = [] } = answer;
    if (code !== 0 && failures.length === 0) {
      const what = `ping ended with exit code ${code}: ${stdout}${stderr}`;
      return {
        evidence: [],
        faults: [{ what, mend: 'let verbs.exec lead into the node, where sh and ping are' }],
      };
    }
    return {
      evidence: [`${pairs} pairs of nodes, from inside: ${failures.length} addresses without an answer`],
      faults: failures.map(({ from, node, address }) => ({
        what: `${from} gets no answer from ${address}${node === undefined ? '' : ` (${node})`}`,
        mend: '`--rule ports`, `--rule addresses` and `--rule routes` tell where it is lost; a node of several interfaces has to forward',
      })),
    };
  },
};

interface Pinged {
  readonly pairs: number;
  readonly failures: readonly { readonly from: string; readonly node?: string; readonly address: string }[];
}
