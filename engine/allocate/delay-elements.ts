import { groupBy } from '../model/group-by.ts';
import type { DelayElement, NetworkShape, SwitchVlans } from '../model/shaping.ts';
import { isPlain, join } from './wires.ts';

/**
 * The delay elements that carry out a network: one at each leg that does anything; where its only two nodes are on one
 * switch, one for both. `sizes` says how many ports each switch has. A switch's last ports are its elements'.
 */
export function delayElements(
  network: NetworkShape,
  sizes: ReadonlyMap<string, number>,
): readonly DelayElement[] {
  const { substrate, by, legs } = network;
  if (by !== 'vde') return [];
  const [first, second] = legs;
  const ends =
    legs.length === 2 && first!.switch === second!.switch
      ? [{ ...first!, out: join(first!.out, second!.in), in: join(second!.out, first!.in) }]
      : legs;
  return ends
    .filter((leg) => !isPlain(leg.out) || !isPlain(leg.in))
    .map((leg) => {
      const inner = sizes.get(leg.switch)! - 1 - 2 * (leg.port - 1);
      return {
        substrate,
        switch: leg.switch,
        node: leg.node,
        port: leg.port,
        inner,
        outer: inner - 1,
        out: leg.out,
        in: leg.in,
      };
    });
}

/** Each element's inner port is alone with its node's in a VLAN of the node's port number. */
export function vlansOf(elements: readonly DelayElement[]): readonly SwitchVlans[] {
  return [...groupBy(elements, (element) => element.switch)].map(([socket, group]) => ({
    substrate: group[0]!.substrate,
    switch: socket,
    vlans: group.map(({ port, inner }) => ({ vlan: port, ports: [port, inner] })),
  }));
}
