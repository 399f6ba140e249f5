import { vnodesOf } from '../config/nodes.ts';
import type { Embedding, ExperimentFact } from '../model/experiment.ts';
import type { Topology } from '../model/topology.ts';
import type { VNode } from '../model/vnode.ts';
import { notSetUp } from './plan-errors.ts';

/**
 * The vnodes as setup has decided them; `wired` has all of them but their control net.
 * @throws UserError where it has not.
 */
export function finalNodes(
  facts: ReadonlyMap<string, unknown>,
  experiment: ExperimentFact,
  from: 'topology' | 'wired' = 'topology',
): readonly VNode[] {
  const topology = facts.get(from) as Topology | undefined;
  const embedding = facts.get('embedding') as Embedding | undefined;
  if (!topology || !embedding) throw notSetUp(experiment);
  return vnodesOf(topology, embedding, (facts.get('ghosts') as readonly string[] | undefined) ?? []);
}
