import { defineStage, effect, hashedMac, interfaceName } from 'benito-pipeline';
import type { Effect, One, ProcessSpec, TapSpec } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What the interface on the control net of each container consists of, by node. */
    containerControls: One<Readonly<Record<string, readonly Effect<unknown>[]>>>;
  }
}

/** The first port that a container is plugged into: the TAP in the control bridge takes the first there is. */
const FIRST_PORT = 2;

/**
 * A switch of the containers' own, with a TAP in the control bridge; each container is plugged into it as into any other. A veth
 * would give the host's network namespace an id in the node's, by which root there asks the kernel to change the host's links.
 */
export default defineStage({
  summary: 'Plug the containers on this pnode into a VDE switch on the control bridge',
  needs: ['experiment', 'nodes', 'controlBridge', 'containerNamespaces', 'containers'],
  provides: ['containerControls'],
  plan({ facts: { experiment, nodes, controlBridge, containerNamespaces, containers } }) {
    const { id, stateDir } = experiment;
    const socket = `${stateDir}/oci-control`;
    const device = interfaceName('bo', id, 'control');
    const tap = effect.tap({ device, mac: hashedMac(`${device}\n${id}`), bridge: controlBridge });
    const controlNet = effect.process(
      {
        name: 'oci-control-net',
        label: 'the VDE switch of the containers on the control net',
        argv: [
          ...['vde_switch', '--numports', String(portsFor(nodes.length)), '--tap', device],
          ...['--sock', socket, '--mode', '600', '--dirmode', '700'],
          ...['--mgmt', `${socket}.mgmt`, '--mgmtmode', '600', '--pidfile', `${socket}.pid`, '--daemon'],
        ],
        creates: [socket, `${socket}.mgmt`, `${socket}.pid`],
        ready: { socket: `${socket}/ctl` },
      },
      { diesWith: [tap] },
    );
    const byNode = nodes.flatMap(({ name: node, control, failureAction }, index) => {
      const netns = containerNamespaces[node];
      if (!control || !netns) return [];
      const options = { node, failure: failureAction } as const;
      const { address, prefix, mac } = control;
      const inner = effect.tap(
        { netns, device: 'control0', mac, addresses: [`${address}/${prefix}`] },
        options,
      );
      const port = String(FIRST_PORT + index);
      const plug = effect.process(
        {
          name: `plug-${node}.control0`,
          netns,
          argv: ['vde_plug2tap', '--daemon', '--sock', socket, '--port', port, 'control0'],
          label: `the plug of ${node}/control0 in port ${port} of the control net's switch`,
        },
        // A node that was stopped is silent, though its namespace stays.
        { ...options, diesWith: [inner, controlNet, containers[node]!] },
      );
      return [[node, [inner, plug] as Effect<TapSpec | ProcessSpec>[]] as const];
    });
    return {
      effects: byNode.length === 0 ? [] : [tap, controlNet, ...byNode.flatMap(([, parts]) => parts)],
      facts: { containerControls: Object.fromEntries(byNode) },
    };
  },
});

/** In large steps: a switch with another number of ports is another one, which all have to be plugged into anew. */
function portsFor(containers: number): number {
  return Math.max(256, 2 ** Math.ceil(Math.log2(2 * (containers + FIRST_PORT))));
}
