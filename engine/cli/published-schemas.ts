import { packageRoot } from '../config/package-root.ts';
import { registerPlatforms } from '../platform/registry.ts';
import { siteSchema } from '../platform/site-schema.ts';
import { discoverStages } from '../stage/discover.ts';
import { loadPlatforms } from '../stage/load.ts';

/** What config/schemas/ holds: the text of each file, by its name. */
export async function publishedSchemas(): Promise<Readonly<Record<string, string>>> {
  const { platforms } = discoverStages([packageRoot()], { asRoot: false });
  const site = siteSchema(registerPlatforms(await loadPlatforms(platforms)));
  return { 'site.schema.json': `${JSON.stringify(site, undefined, 2)}\n` };
}
