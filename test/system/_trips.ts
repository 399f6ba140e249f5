import { pathOf } from './_experiment.ts';
import type { Experiment, Node } from './_experiment.ts';

/**
 * What a round trip between two nodes should take, ms, there and back by the route files, where each link delays by
 * `delay`: what is sent to a LAN is delayed on its leg and on that of who gets it.
 */
export function expectedTrip(experiment: Experiment, from: Node, to: string, delay: number): number {
  const there = pathOf(experiment, from, to);
  const back = pathOf(experiment, experiment.owners.get(to)!, there[0]!.address);
  const members = new Map<string, number>();
  for (const { substrate } of experiment.nodes.flatMap(({ interfaces }) => interfaces)) {
    members.set(substrate, (members.get(substrate) ?? 0) + 1);
  }
  return [...there, ...back].reduce(
    (sum, { substrate }) => sum + (members.get(substrate)! > 2 ? 2 : 1) * delay,
    0,
  );
}
