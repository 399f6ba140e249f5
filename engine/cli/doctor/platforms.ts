import { packageRoot } from '../../config/package-root.ts';
import type { Platform } from '../../platform/registry.ts';
import { lackMend, lackText } from '../../platform/requirements.ts';
import { discoverStages, stageFolders } from '../../stage/discover.ts';
import { loadPlatforms } from '../../stage/load.ts';
import { examine } from '../examine.ts';
import { isRoot } from './look.ts';
import { ok, warning } from './check.ts';
import type { Check, Finding } from './check.ts';

/** Every platform, and what this host lacks for it: experiments that do not use it come up all the same. */
export const platformChecks: readonly Check[] = [
  {
    name: 'platforms',
    async look() {
      const found = discoverStages(stageFolders(packageRoot(), []), { asRoot: isRoot() });
      return findingsOf(await loadPlatforms(found.platforms));
    },
  },
];

/** A finding for each platform that works here, and one for each thing that another lacks. */
export async function findingsOf(platforms: readonly Platform[]): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    platforms.map(async ({ name, definition: { requires = [] } }) => {
      const lacks = await examine(requires);
      if (lacks.length === 0) return [ok(`${name}: this host has all that it needs`)];
      return lacks.map((lack) => warning(`${name}: ${lackText(lack)}`, lackMend(lack)));
    }),
  );
  return findings.flat();
}
