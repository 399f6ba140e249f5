import type { RouteTableFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { VNode } from '../model/vnode.ts';
import type { Lack } from '../platform/define.ts';
import type { Platform } from '../platform/registry.ts';

/**
 * Holds what an experiment asks of its nodes against what their platforms say that they lack.
 * @throws UserError naming every node and platform that do not go together.
 */
export function refuseLacks(
  nodes: readonly VNode[],
  routes: readonly RouteTableFact[] | undefined,
  platforms: ReadonlyMap<string, Platform>,
): void {
  const routed = new Set((routes ?? []).filter(({ table }) => table !== '').map(({ node }) => node));
  const problems = nodes
    .filter(({ ghost }) => !ghost)
    .flatMap((node) =>
      NEEDS.filter(({ lack }) => platforms.get(node.platform)?.definition.lacks?.includes(lack))
        .filter(({ needed }) => needed(node, routed))
        .map(({ lack, what, hint }) => problem(node, lack, what, hint)),
    );
  if (problems.length > 0) throw new UserError(problems);
}

interface Need {
  readonly lack: Lack;
  needed(node: VNode, routed: ReadonlySet<string>): boolean;
  readonly what: string;
  hint(node: VNode): string;
}

const NEEDS: readonly Need[] = [
  {
    lack: 'startCommands',
    needed: ({ startup }) => startup !== undefined,
    what: 'has a start command, and the platform runs none',
    hint: ({ name }) => `take the start command away from '${name}', or give it another platform`,
  },
  {
    lack: 'routes',
    needed: ({ name }, routed) => routed.has(name),
    what: 'needs routes beyond its own substrates, and the platform sets none',
    hint: ({ name }) => `connect '${name}' to its neighbours only, or give it another platform`,
  },
];

function problem(node: VNode, lack: Lack, what: string, hint: Need['hint']): Problem {
  return {
    code: 'platform-lacks',
    message: `the node '${node.name}' ${what}: ${node.platform} (lacks: ${lack})`,
    hint: hint(node),
  };
}
