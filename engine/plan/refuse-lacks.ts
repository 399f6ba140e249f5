import { groupBy } from '../model/group-by.ts';
import { UserError } from '../model/problem.ts';
import { attribute, computers } from '../model/queries.ts';
import type { Topology } from '../model/topology.ts';
import { lackProblem } from '../platform/requirements.ts';
import type { PlanInputs } from './make-plan.ts';

/**
 * Asks the host whether it has what the platforms of these nodes need; nodes that are not started need nothing.
 * @throws UserError with everything that is missing, for which platform and nodes.
 */
export async function refuseLacks(
  facts: ReadonlyMap<string, unknown>,
  { platforms, examine }: Pick<PlanInputs, 'platforms' | 'examine'>,
): Promise<void> {
  if (!examine) return;
  const topology = (facts.get('topology') ?? facts.get('annotated')) as Topology;
  const ghosts = new Set(facts.get('ghosts') as readonly string[] | undefined);
  const awake = computers(topology).filter(({ name }) => !ghosts.has(name));
  const byPlatform = groupBy(awake, (node) => attribute(node, 'containers:node_type') ?? '');
  const problems = await Promise.all(
    [...byPlatform].map(async ([name, nodes]) => {
      const lacks = await examine(platforms.get(name)?.definition.requires ?? []);
      return lacks.map((lack) =>
        lackProblem(
          name,
          nodes.map((node) => node.name),
          lack,
        ),
      );
    }),
  );
  if (problems.flat().length > 0) throw new UserError(problems.flat());
}
