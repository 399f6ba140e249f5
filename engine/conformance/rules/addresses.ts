import type { NodeRecord } from '../../plan/plan.ts';
import { insideOf } from '../inside.ts';
import type { Inside } from '../inside.ts';
import type { Fault, Rule } from '../rule.ts';

export const addresses: Rule = {
  name: 'addresses',
  summary: 'every interface has its address and its netmask, and no other',
  async check(lab) {
    const up = await lab.up();
    const { nodes } = up;
    const seen = await lab.look(nodes);
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const node of nodes) {
      for (const { name, address, switch: socket } of node.interfaces) {
        if (seen.get(socket)!.answers.get(address)) continue;
        faults.push(fault(`${node.name}/${name}: ${address} does not answer on the wire`));
      }
      const inside = (await insideOf(lab, up, node))?.addresses;
      if (inside === undefined) {
        evidence.push(`${node.name}: its addresses answer on the wire; it has no program ip to ask inside`);
        continue;
      }
      evidence.push(
        `${node.name}: inside it has ${inside.map(({ address, mac }) => `${address} (${mac})`).join(', ')}`,
      );
      faults.push(...compare(node, inside));
    }
    return { evidence, faults };
  },
};

function* compare(node: NodeRecord, inside: Inside['addresses']): Generator<Fault> {
  const { control } = node;
  const wanted = node.interfaces.map(({ address, prefix, mac }) => ({
    address: `${address}/${prefix}`,
    mac,
  }));
  for (const { address, mac } of wanted) {
    const found = inside.find((one) => one.address === address);
    if (!found) {
      const has = inside.map((one) => one.address).join(', ') || 'none';
      yield fault(`${node.name} has the addresses ${has}, and not ${address}`);
    } else if (found.mac !== mac) {
      yield fault(
        `${node.name} has ${address} on the interface with the MAC ${found.mac}, and not on ${mac}`,
      );
    }
  }
  const known = [
    ...wanted.map(({ address }) => address),
    ...(control ? [`${control.address}/${control.prefix}`] : []),
  ];
  for (const { address } of inside.filter((one) => !known.includes(one.address))) {
    yield fault(`${node.name} has the address ${address}, which nobody gave it`);
  }
}

function fault(what: string): Fault {
  return {
    what,
    mend: "give each interface `address` and `prefix` of the fact 'nodes' (ip4_address and ip4_netmask in topo.xml)",
  };
}
