import type { NodeRecord } from '../../plan/plan.ts';
import type { Fault, Rule } from '../rule.ts';
import type { Seen } from '../wire.ts';

export const ports: Rule = {
  name: 'ports',
  summary: 'every interface is in its switch port, with its MAC, as the switch and the wire see it',
  async check(lab) {
    const { nodes } = await lab.up();
    const seen = await lab.look(nodes);
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const node of nodes) {
      for (const one of node.interfaces) {
        const wire = seen.get(one.switch)!;
        const owner = wire.owners.get(one.address);
        const traffic = wire.traffic.get(one.port) ?? { in: 0, out: 0 };
        evidence.push(
          `${node.name}/${one.name}: ${one.address} is ${owner ?? 'nobody'}, behind port ${wire.ports.get(owner ?? '') ?? '-'} of ${one.substrate}; port ${one.port}: ${traffic.in} packets in, ${traffic.out} out`,
        );
        faults.push(...faultsOf(node, one, wire));
      }
    }
    return { evidence, faults };
  },
};

function* faultsOf(node: NodeRecord, one: NodeRecord['interfaces'][number], wire: Seen): Generator<Fault> {
  const who = `${node.name}/${one.name}`;
  const owner = wire.owners.get(one.address);
  if (owner === undefined) {
    yield {
      what: `nobody on ${one.substrate} answers for ${one.address}, which is ${who}'s`,
      mend: `plug it into port ${one.port} of the switch ${one.switch}, and give it the address: both are in topo.xml, and in the fact 'nodes'`,
    };
    return;
  }
  if (owner !== one.mac) {
    yield {
      what: `${who} has the MAC ${owner} on the wire, and ${one.mac} is its own`,
      mend: "give the interface its `mac` of the fact 'nodes' (benito:mac_address in topo.xml)",
    };
  }
  const port = wire.ports.get(owner);
  if (port === one.port) return;
  yield {
    what: `${who} is behind port ${port ?? '?'} of ${one.substrate}, and its own is ${one.port}`,
    mend: "plug it into its `port` of the fact 'nodes' (benito:vde_port in topo.xml)",
  };
}
