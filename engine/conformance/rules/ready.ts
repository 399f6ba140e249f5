import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeRecord } from '../../plan/plan.ts';
import type { Lab } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';

export const ready: Rule = {
  name: 'ready',
  summary: 'a node that is said to be up answers in that very moment',
  async check(lab) {
    const { nodes, atOnce } = await lab.up();
    const faults: Fault[] = [];
    for (const node of nodes) {
      const mute = node.interfaces.filter((one) => !atOnce.get(one.switch)!.answers.get(one.address));
      for (const one of mute) faults.push(...(await late(lab, node, one.address)));
    }
    const asked = nodes.flatMap(({ interfaces }) => interfaces).length;
    return {
      evidence: [
        `when apply had ended, one question each to ${asked} addresses: ${asked - faults.length} answers`,
      ],
      faults,
    };
  },
};

const PATIENCE_MS = 20_000;

/**
 * Whether it comes to answer tells a node that is slow from one that is mute; who answers at once when asked again has only
 * lost a frame.
 */
async function late(lab: Lab, node: NodeRecord, address: string): Promise<readonly Fault[]> {
  const started = Date.now();
  const one = { ...node, interfaces: node.interfaces.filter((other) => other.address === address) };
  for (let first = true; Date.now() - started < PATIENCE_MS; first = false, await sleep(200)) {
    const [seen] = [...(await lab.look([one], { count: 1, seconds: 1 })).values()];
    if (!seen?.answers.get(address)) continue;
    if (first) return [];
    return [
      {
        what: `${node.name} was said to be up, and ${address} answered only ${((Date.now() - started) / 1000).toFixed(1)} s later`,
        mend: 'let what comes last be an effect whose `ready` (a socket, file or TCP port) holds when the node answers, and no earlier',
      },
    ];
  }
  return [
    {
      what: `${node.name} was said to be up, and ${address} does not answer at all`,
      mend: '`--rule ports` and `--rule addresses` tell what of the interface is wrong',
    },
  ];
}
