import { UserError } from '../model/problem.ts';
import type { NodeRecord } from '../plan/plan.ts';
import type { Known } from './known.ts';

/**
 * A verb that the platform of a node has not declared.
 * @param verb as `PlatformVerbs` names it.
 * @param instead the command that works on any node that can be entered.
 */
export function verbMissing(
  { journal, full }: Known,
  node: NodeRecord,
  verb: 'console' | 'ssh',
  instead: string,
): UserError {
  const able = [...new Set(journal.nodes.filter((one) => one[verb]).map(({ platform }) => platform))].sort();
  const others = able.length > 0 ? `nodes of ${able.join(', ')} have it; ` : '';
  return new UserError({
    code: `no-${verb}`,
    message: `nodes of the platform ${node.platform} have no ${verb === 'ssh' ? 'SSH login' : verb}: ${node.name} is one`,
    hint: `${others}${node.entry ? `for ${node.name}: benito-pipeline ${instead} -e ${full}` : `let the platform declare verbs.${verb} in setup/${node.platform}/_platform.ts or .yaml`}`,
  });
}
