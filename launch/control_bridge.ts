import { defineStage, effect, skip } from 'benito-pipeline';
import type { AddressSpec, BridgeSpec, Effect, One, VNode } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The bridge that nodes with a control-net address are plugged into. */
    controlBridge: One<Effect<BridgeSpec>>;
    /** The pnode's own address on the control net: who listens on it comes after it. */
    controlAddress: One<Effect<AddressSpec>>;
  }
}

/**
 * The control net on this pnode. By itself each experiment has a bridge of its own that nothing leads out of: the pnode's
 * address on it, and a way to each node's. All experiments have their addresses from one pool, so that none may take the
 * pool's prefix for itself; nodes do, and find the pnode by ARP. Where the site names an interface, it joins a bridge that
 * all experiments of the host share, and the control net is the site's.
 */
export default defineStage({
  summary: 'Make the control bridge of this pnode',
  needs: ['experiment', 'settings', 'pnode', 'nodes'],
  provides: ['controlBridge', 'controlAddress'],
  plan({ facts: { experiment, settings, pnode, nodes } }) {
    if (!pnode.control) return skip(`boss gave ${pnode.name} no address on the control net`);
    const { address, prefix, mac } = pnode.control;
    const joins = settings.control_net.interface;
    const controlBridge = joins
      ? sharedBridge('benito-control', joins)
      : ownBridge(`benito-${experiment.id}`, mac, nodes);
    const length = joins ? prefix : 32;
    const controlAddress = effect.address({ bridge: controlBridge, address: `${address}/${length}` });
    return { effects: [controlBridge, controlAddress], facts: { controlBridge, controlAddress } };
  },
});

/** Guests reach this experiment's address of the pnode only, under their own addresses only, and nobody through it. */
function ownBridge(device: string, mac: string, nodes: readonly VNode[]): Effect<BridgeSpec> {
  const routes = nodes.flatMap(({ control, ghost }) => (control && !ghost ? [`${control.address}/32`] : []));
  const settings = { 'ipv4/arp_ignore': '1', 'ipv4/rp_filter': '1', 'ipv4/forwarding': '0' };
  return effect.bridge({ device, mac, routes, settings });
}

/** An experiment that goes takes its address along: it must not take those of others in the same network. */
function sharedBridge(device: string, joins: string): Effect<BridgeSpec> {
  return effect.bridge({ device, joins, settings: { 'ipv4/promote_secondaries': '1' } }, { shared: true });
}
