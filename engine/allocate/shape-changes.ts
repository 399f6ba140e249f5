import type { Leg, NetworkShape, ShapeChange, ShapeChanges, Wire } from '../model/shaping.ts';
import { shareOf } from './shape-networks.ts';
import { wireOf } from './wires.ts';

/**
 * A network as it is with what `shape` has changed: of a network, as if its substrate said so and its interfaces
 * nothing; of one node, as if its interface did. `queue` as in `shapeNetworks`.
 */
export function withChanges(network: NetworkShape, changes: ShapeChanges, queue: number): NetworkShape {
  // What was changed before its nodes had these platforms holds no more.
  if (network.by === 'none') return network;
  const whole = changes[network.substrate];
  const legs = network.legs.map((leg) => {
    const own = changes[`${leg.node}:${network.substrate}`];
    const shared = whole ? changed(leg, shareOf(whole, network.legs.length), queue) : leg;
    return own ? changed(shared, own, queue) : shared;
  });
  return legs.every((leg, index) => leg === network.legs[index]) ? network : { ...network, legs };
}

/** The names that changes of a network go by. */
export function changeKeys({ substrate, legs }: NetworkShape): readonly string[] {
  return [substrate, ...legs.map(({ node }) => `${node}:${substrate}`)];
}

/**
 * The changes with one more: what it names takes the place of what was there, and, of a whole network, of what was
 * changed of its nodes. `up` takes a `down` back.
 */
export function addChange(
  changes: ShapeChanges,
  { key, network, change, up }: { key: string; network: NetworkShape; change: ShapeChange; up: boolean },
): ShapeChanges {
  const covers = key === network.substrate ? changeKeys(network) : [key];
  const named = new Set([...Object.keys(change), ...(up ? ['down'] : [])]);
  const cleared = Object.entries(changes).map(([other, one]) => {
    if (!covers.includes(other)) return [other, one] as const;
    return [other, Object.fromEntries(Object.entries(one).filter(([name]) => !named.has(name)))] as const;
  });
  const next: Record<string, ShapeChange> = Object.fromEntries(cleared);
  next[key] = { ...next[key], ...change };
  return Object.fromEntries(Object.entries(next).filter(([, one]) => Object.keys(one).length > 0));
}

function changed(leg: Leg, to: Wire, queue: number): Leg {
  const wire = (was: Wire): Wire => wireOf({ queue, ...was, ...to });
  return { ...leg, out: wire(leg.out), in: wire(leg.in) };
}
