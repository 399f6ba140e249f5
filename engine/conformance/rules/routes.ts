import { insideOf } from '../inside.ts';
import type { Lab } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';

export const routes: Rule = {
  name: 'routes',
  summary: 'every node has the routes of its route file, and forwards where it has several interfaces',
  async check(lab) {
    if (lab.definition.lacks?.includes('routes')) return { evidence: [], faults: [], notAsked: 'routes' };
    const up = await lab.up();
    const { nodes } = up;
    const tables = new Map(
      (await tablesOf(lab)).map(({ node, table }) => [node, table.split('\n').filter(Boolean)] as const),
    );
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const node of nodes) {
      const wanted = tables.get(node.name) ?? [];
      const inside = (await insideOf(lab, up, node))?.routes.map(normal);
      if (inside === undefined) {
        evidence.push(`${node.name}: no program ip to ask inside; its routes show in --rule ping`);
        continue;
      }
      const missing = wanted.filter((route) => !inside.includes(normal(route)));
      evidence.push(`${node.name}: ${wanted.length - missing.length} of ${wanted.length} routes are there`);
      for (const route of missing) {
        faults.push({
          what: `${node.name} lacks the route '${route}' of its route file; it has ${inside.join(', ') || 'none'}`,
          mend: `run /var/benito/launch/routes CONFIG_DIR in the node once its interfaces are up, or set what the fact 'routes' says; or declare lacks: ['routes']`,
        });
      }
    }
    return { evidence, faults };
  },
};

async function tablesOf(lab: Lab): Promise<readonly { readonly node: string; readonly table: string }[]> {
  const { facts } = await lab.planned();
  const given = Object.values(facts).find((some) => 'routes' in some)?.routes;
  return given as readonly { readonly node: string; readonly table: string }[];
}

/** `10.0.1.0/24 via 10.0.0.2`, without what the kernel adds. */
function normal(route: string): string {
  const match = /^(unreachable )?(\S+)(?: via (\S+))?/.exec(route.trim())!;
  return `${match[1] ?? ''}${match[2]!.replace(/\/32$/, '')}${match[3] === undefined ? '' : ` via ${match[3]}`}`;
}
