import type { PlatformFact } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { PlatformDefinition } from './define.ts';
import { wrongLacks } from './lacks.ts';

/** A platform as it was found. */
export interface Platform {
  readonly name: string;
  readonly file: string;
  readonly definition: PlatformDefinition;
}

/**
 * The platforms by name.
 * @throws UserError where two answer to one name, or one says wrongly what it lacks.
 */
export function registerPlatforms(platforms: readonly Platform[]): ReadonlyMap<string, Platform> {
  const wrong = platforms.flatMap(({ name, file, definition }) => [...wrongLacks(name, file, definition)]);
  if (wrong.length > 0) throw new UserError(wrong);
  const takers = new Map<string, Platform>();
  for (const platform of platforms) {
    for (const name of [platform.name, ...(platform.definition.aliases ?? [])]) {
      const earlier = takers.get(name);
      if (earlier) {
        throw new UserError({
          code: 'platform-name-taken',
          message: `two platforms answer to '${name}': ${earlier.file} and ${platform.file}`,
          hint: 'take the alias out of one of them',
        });
      }
      takers.set(name, platform);
    }
  }
  return new Map(platforms.map((platform) => [platform.name, platform]));
}

/** What stages see of the platforms. */
export function platformFacts(platforms: ReadonlyMap<string, Platform>): readonly PlatformFact[] {
  return [...platforms.values()].map(({ name, definition }) => ({
    name,
    aliases: definition.aliases ?? [],
    ...(definition.interfaceLimit && { interfaceLimit: definition.interfaceLimit }),
    controlNet: definition.controlNet ?? false,
    hostFiles: definition.hostFiles ?? 'shared',
    shaping: definition.shaping ?? ['vde'],
    sharesPnode: definition.sharesPnode ?? 'any',
    packingPass: definition.packingPass ?? 1,
    resources: definition.resources ?? {},
  }));
}
