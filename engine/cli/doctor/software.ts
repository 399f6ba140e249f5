import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { failing, ok, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { findCommand } from '../../host/find-command.ts';
import { isRoot } from './look.ts';

interface Need {
  readonly command: string;
  readonly package: string;
  readonly group: string;
  readonly use: string;
}

interface Table {
  readonly groups: Readonly<Record<string, string>>;
  readonly needs: readonly Need[];
}

/** What is asked of hosts that this program is worked on. */
const DEVELOPMENT: readonly string[] = ['test', 'bench'];

/** Who asks, what Node it is, and which programs there are. */
export const softwareChecks: readonly Check[] = [
  {
    name: 'root',
    look: () =>
      isRoot()
        ? ok('you are root')
        : warning('you are not root: up, down and looking into nodes need it', 'sudo benito-pipeline doctor'),
  },
  {
    name: 'Node',
    look() {
      const { engines } = readJson('package.json') as { engines: { node: string } };
      const floor = engines.node.replace('>=', '').split('.').map(Number);
      const now = process.versions.node.split('.').map(Number);
      const enough = now[0]! > floor[0]! || (now[0] === floor[0] && now[1]! >= (floor[1] ?? 0));
      const text = `Node ${process.versions.node}; ${engines.node} is needed`;
      return enough ? ok(text) : failing(text, 'see https://nodejs.org/en/download');
    },
  },
  {
    name: 'commands',
    look() {
      const { groups, needs } = readJson(join('config', 'install', 'packages.json')) as Table;
      return Object.entries(groups)
        .filter(([group]) => !DEVELOPMENT.includes(group))
        .flatMap(([group, purpose]) =>
          lookForAll(
            needs.filter((need) => need.group === group),
            group === 'runtime' ? undefined : purpose,
          ),
        );
    },
  },
];

/** @param purpose of a group that not every host needs. */
function lookForAll(needs: readonly Need[], purpose?: string): readonly Finding[] {
  const missing = needs.filter(({ command }) => findCommand(command) === undefined);
  const which = purpose === undefined ? '' : ` (${purpose})`;
  if (missing.length === 0) {
    return [ok(`${needs.map(({ command }) => command).join(', ')}: all there${which}`)];
  }
  if (purpose === undefined) {
    return missing.map((need) =>
      failing(`${need.command} is missing (${need.use})`, `apt-get install ${need.package}`),
    );
  }
  const packages = new Set(missing.map((need) => need.package));
  return [
    warning(
      `${missing.map(({ command }) => command).join(', ')} missing${which}`,
      `apt-get install --no-install-recommends ${[...packages].join(' ')}`,
    ),
  ];
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot(), path), 'utf8'));
}
