import { groupBy } from '../model/group-by.ts';
import { UserError } from '../model/problem.ts';
import { attribute, computers } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import type { VNode } from '../model/vnode.ts';
import { unmetProblem } from '../platform/requirements.ts';
import type { PlanInputs } from './plan-inputs.ts';

type Inputs = Pick<PlanInputs, 'platforms' | 'examine' | 'phases' | 'settings' | 'onPart'>;
type Nodes = readonly Pick<VNode, 'name' | 'platform'>[];

/**
 * As soon as the nodes' platforms are known, and before boss or anybody else is asked: whether this host has what they
 * need. Nodes that are not started need nothing; which of them are this host's is known here where it is the only one.
 * @throws UserError with everything that is missing, for which platform and nodes.
 */
export async function refuseUnmet(facts: ReadonlyMap<string, unknown>, inputs: Inputs): Promise<void> {
  if (!inputs.phases.includes('launch') || inputs.settings.pnodes.length > 0) return;
  const ghosts = new Set(facts.get('ghosts') as readonly string[] | undefined);
  const awake = computers(facts.get('annotated') as Topology)
    .filter(({ name }) => !ghosts.has(name))
    .map((node) => ({ name: node.name, platform: attribute(node, 'containers:node_type')! }));
  await refuse(awake, inputs);
}

/**
 * The same of the nodes of this host, where `refuseUnmet` has not asked; where the parts of all hosts are planned, nobody
 * knows what the others have.
 * @throws UserError as `refuseUnmet` does.
 */
export async function refuseUnmetHere(nodes: readonly VNode[], inputs: Inputs): Promise<void> {
  const asked = inputs.phases.includes('setup') && inputs.settings.pnodes.length === 0;
  if (asked || inputs.onPart) return;
  await refuse(
    nodes.filter(({ ghost }) => !ghost),
    inputs,
  );
}

async function refuse(nodes: Nodes, { platforms, examine }: Inputs): Promise<void> {
  if (!examine) return;
  const problems = await Promise.all(
    [...groupBy(nodes, ({ platform }) => platform)].map(async ([platform, own]) => {
      const names = own.map(({ name }) => name);
      const unmet = await examine(platforms.get(platform)?.definition.requires ?? []);
      return unmet.map((one) => unmetProblem(platform, names, one));
    }),
  );
  if (problems.flat().length > 0) throw new UserError(problems.flat());
}
