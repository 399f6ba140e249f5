import { UserError } from '../model/problem.ts';
import type { NodeRecord } from '../plan/plan.ts';
import { findNode, notUp, refuseGhost } from './enter.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import { isLaunched } from './known.ts';
import type { Known } from './known.ts';
import type { TargetOptions } from './target.ts';

export interface NodesOptions extends TargetOptions {
  readonly all?: boolean;
}

/**
 * The nodes that `stop`, `start` and `restart` are about: those named, or with `--all` every one but ghosts.
 * @throws UserError where none is named, or one is no node, a ghost, or has no life of its own.
 */
export function namedNodes(
  known: Known,
  names: readonly string[],
  { all = false }: NodesOptions,
): readonly NodeRecord[] {
  if (all === names.length > 0) {
    throw new UserError(
      {
        code: 'which-nodes',
        message: all ? 'there are nodes named beside --all' : 'no node is named',
        hint: 'name nodes, or write --all',
      },
      { exitCode: EXIT_USAGE },
    );
  }
  if (!isLaunched(known.journal)) throw notUp(known.full);
  const nodes = all
    ? known.journal.nodes.filter(({ ghost }) => !ghost)
    : [...new Set(names)].map((name) => findNode(known, name));
  for (const node of nodes) {
    refuseGhost(node);
    if (node.alive === undefined) throw lifeless(node);
  }
  return nodes;
}

function lifeless({ name, platform }: NodeRecord): UserError {
  return new UserError({
    code: 'no-life',
    message: `the platform ${platform} of ${name} does not say which effect is a node's life: it cannot be stopped alone`,
    hint: `let the platform declare verbs.alive in setup/${platform}/_platform.ts or .yaml`,
  });
}
