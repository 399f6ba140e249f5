import { UserError, defineStage, delayElements, shapeNetworks, vlansOf } from 'benito-pipeline';

/**
 * What the links are to do, and what does it. A shaped node's port is not in the VLAN that all share, but cross-connected
 * to a delay element whose other side is.
 */
export default defineStage({
  summary: 'Work out capacity, latency and loss of every link, and the delay elements for them',
  needs: ['wired', 'switches', 'platforms', 'settings', 'request'],
  provides: ['shaping', 'delayElements', 'vlans'],
  plan({ facts: { wired, switches, platforms, settings, request } }) {
    const { networks, problems } = shapeNetworks(wired, {
      platforms,
      endNodes: request.endNodeShaping ?? settings.shaping.end_nodes,
      queue: settings.shaping.queue,
    });
    if (problems.length > 0) throw new UserError(problems);
    const sizes = new Map(switches.map(({ socket, ports }) => [socket, ports]));
    const elements = networks.flatMap((network) => delayElements(network, sizes));
    return { facts: { shaping: networks, delayElements: elements, vlans: vlansOf(elements) } };
  },
});
