import { defineStage, effect, skip } from 'benito-pipeline';

/** What the kernel's default limit of 1024 leaves for experiments without being touched. */
const SMALL = 256;

/**
 * The kernel counts the neighbours (ARP entries) of all network namespaces together: a LAN of 40 nodes that all talk to
 * each other is over its default limit, and packets are refused with ENOBUFS.
 */
export default defineStage({
  summary: "Raise the host's limit of neighbours by what the nodes' LANs can need",
  needs: ['nodes'],
  plan({ facts: { nodes } }) {
    const members = new Map<string, number>();
    for (const { substrate } of nodes.flatMap(({ interfaces }) => interfaces)) {
      members.set(substrate, (members.get(substrate) ?? 0) + 1);
    }
    const neighbours = [...members.values()].reduce((sum, count) => sum + count * (count - 1), 0);
    if (neighbours <= SMALL) return skip(`${neighbours} neighbours at most: the limit is high enough`);
    const keys = ['gc_thresh2', 'gc_thresh3'];
    return {
      effects: keys.map((key) =>
        effect.sysctl({ key: `net/ipv4/neigh/default/${key}`, raiseBy: neighbours }),
      ),
    };
  },
});
