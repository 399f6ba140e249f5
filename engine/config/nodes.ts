import ipaddr from 'ipaddr.js';
import type { Embedding, PnodeFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import { attribute, computers } from '../model/queries.ts';
import type { Computer, Topology } from '../model/topology.ts';
import type { ControlAddress, VInterface, VNode } from '../model/vnode.ts';

/** The substrate of topo.xml that stands for the control net. */
export const CONTROL_NET = 'control_net';

/** The node type of topo.xml that stands for a host. */
export const PNODE_TYPE = 'pnode';

/** The one pnode there is when a site lists none. */
export const ONLY_PNODE = 'pnode-0000';

/**
 * The vnodes of a final topology (topo.xml), in document order, hosts left out.
 * @throws UserError where topo.xml lacks what setup writes into it.
 */
export function vnodesOf(
  topology: Topology,
  embedding: Embedding,
  ghosts: readonly string[],
): readonly VNode[] {
  const pnodes = new Map(
    embedding.pnodes.flatMap(({ name, nodes }) => nodes.map((node) => [node, name] as const)),
  );
  const asleep = new Set(ghosts);
  return computers(topology)
    .filter((computer) => attribute(computer, 'containers:node_type') !== PNODE_TYPE)
    .map((computer) => vnodeOf(computer, pnodes.get(computer.name), asleep.has(computer.name)));
}

/**
 * A host of a final topology (topo.xml).
 * @throws UserError where topo.xml lacks what setup writes into it.
 */
export function pnodeOf(topology: Topology, name: string): PnodeFact {
  const computer = computers(topology).find(
    (one) => one.name === name && attribute(one, 'containers:node_type') === PNODE_TYPE,
  );
  const control = computer && controlOf(computer);
  return { name, ...(control && { control }) };
}

/** The platforms of these nodes, sorted. */
export function platformsOf(nodes: readonly VNode[]): readonly string[] {
  return [...new Set(nodes.map(({ platform }) => platform))].sort();
}

function vnodeOf(computer: Computer, pnode: string | undefined, ghost: boolean): VNode {
  const control = controlOf(computer);
  const startup = attribute(computer, 'startup');
  return {
    name: computer.name,
    platform: needed(computer, computer, 'containers:node_type'),
    pnode: pnode ?? incomplete(`embedding.yaml puts '${computer.name}' on no pnode`),
    interfaces: computer.interfaces
      .filter(({ substrates }) => substrates[0] !== CONTROL_NET)
      .map((one): VInterface => {
        const netmask = needed(computer, one, 'ip4_netmask');
        return {
          name: one.name,
          substrate: one.substrates[0]!,
          address: needed(computer, one, 'ip4_address'),
          netmask,
          prefix: prefixOf(netmask),
          mac: needed(computer, one, 'benito:mac_address'),
          switch: needed(computer, one, 'benito:vde_switch'),
          port: Number(needed(computer, one, 'benito:vde_port')),
        };
      }),
    ...(startup !== undefined && startup !== '' && { startup }),
    failureAction: attribute(computer, 'failureaction') === 'nonfatal' ? 'nonfatal' : 'fatal',
    ghost,
    attributes: computer.attributes,
    ...(control && { control }),
  };
}

/** What the computer has on the control net. */
function controlOf(computer: Computer): ControlAddress | undefined {
  const found = computer.interfaces.find(({ substrates }) => substrates[0] === CONTROL_NET);
  return (
    found && {
      address: needed(computer, found, 'ip4_address'),
      prefix: prefixOf(needed(computer, found, 'ip4_netmask')),
      mac: needed(computer, found, 'benito:mac_address'),
    }
  );
}

function needed(computer: Computer, owner: Parameters<typeof attribute>[0], name: string): string {
  return attribute(owner, name) ?? incomplete(`topo.xml says nothing of ${name} for '${computer.name}'`);
}

function incomplete(message: string): never {
  throw new UserError({
    code: 'config-incomplete',
    message,
    hint: 'run setup again: benito-pipeline run setup EXPERIMENT',
  });
}

function prefixOf(netmask: string): number {
  return ipaddr.IPv4.parse(netmask).prefixLengthFromSubnetMask() ?? 0;
}
