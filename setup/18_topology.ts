import { CONTROL_NET, PNODE_TYPE, UserError, defineStage } from 'benito-pipeline';
import type { Computer, Interface, LeaseFact, Problem, Topology } from 'benito-pipeline';

/** topo.xml: all that was decided, with the hosts and the control net beside the experiment, as the original had it. */
export default defineStage({
  summary: 'Write down the final topology, pnodes and control net included',
  needs: ['wired', 'embedding', 'leases'],
  provides: ['topology'],
  plan({ facts: { wired, embedding, leases } }) {
    refuseClashes(
      wired,
      embedding.pnodes.map(({ name }) => name),
    );
    const byNode = new Map(leases.map((lease) => [lease.node, lease]));
    const pnodes = embedding.pnodes.map(({ name }): Computer => ({
      type: 'computer',
      name,
      interfaces: controlInterfaces(byNode.get(name)),
      attributes: [{ name: 'containers:node_type', value: PNODE_TYPE }],
      rest: [],
    }));
    const elements = wired.elements.map((element) =>
      element.type === 'computer'
        ? { ...element, interfaces: [...element.interfaces, ...controlInterfaces(byNode.get(element.name))] }
        : element,
    );
    const control = { name: CONTROL_NET, attributes: [], rest: [] };
    const topology: Topology = {
      ...wired,
      substrates: [...wired.substrates, control],
      elements: [...elements, ...pnodes],
    };
    return { facts: { topology } };
  },
});

function controlInterfaces(lease: LeaseFact | undefined): readonly Interface[] {
  if (!lease) return [];
  const attributes = [
    { name: 'ip4_address', value: lease.address },
    { name: 'ip4_netmask', value: dottedMask(lease.prefix) },
    { name: 'benito:mac_address', value: lease.mac },
  ];
  return [{ name: 'control0', substrates: [CONTROL_NET], attributes, rest: [] }];
}

function dottedMask(prefix: number): string {
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
}

/** Names that topo.xml needs for itself. */
function refuseClashes(topology: Topology, pnodes: readonly string[]): void {
  const problems: Problem[] = [];
  if (topology.substrates.some(({ name }) => name === CONTROL_NET)) {
    problems.push({
      code: 'reserved-name',
      message: `the substrate name '${CONTROL_NET}' stands for the control net`,
      hint: 'give the substrate another name',
    });
  }
  for (const element of topology.elements) {
    if (element.type === 'computer' && pnodes.includes(element.name)) {
      problems.push({
        code: 'reserved-name',
        message: `the node name '${element.name}' stands for a physical node`,
        hint: 'give the node another name',
      });
    }
  }
  if (problems.length > 0) throw new UserError(problems);
}
