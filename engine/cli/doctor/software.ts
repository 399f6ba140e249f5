import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { failing, ok, warning } from './check.ts';
import type { Check } from './check.ts';
import { findCommand, isRoot } from './look.ts';

interface Need {
  readonly command: string;
  readonly package: string;
  readonly group: string;
  readonly use: string;
}

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
      const { needs } = readJson(join('config', 'install', 'packages.json')) as { needs: readonly Need[] };
      const runtime = needs.filter(({ group }) => group === 'runtime');
      const missing = runtime.filter(({ command }) => findCommand(command) === undefined);
      if (missing.length === 0) return ok(`${runtime.map(({ command }) => command).join(', ')}: all there`);
      return missing.map((need) =>
        failing(`${need.command} is missing (${need.use})`, `apt-get install ${need.package}`),
      );
    },
  },
];

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot(), path), 'utf8'));
}
