import type { PlatformScope } from '../config/platform-facts.ts';

/** What a platform's setup gives to its launch, by pnode. */
export function handedOver() {
  const given = new Map<string, Map<string, unknown>>();
  const keyOf = ({ platform, pnode }: PlatformScope): string => `${platform}/${pnode}`;
  return {
    give(scope: PlatformScope, fact: string, value: unknown): void {
      const facts = given.get(keyOf(scope)) ?? new Map<string, unknown>();
      given.set(keyOf(scope), facts.set(fact, value));
    },
    to: (scope: PlatformScope): ReadonlyMap<string, unknown> => given.get(keyOf(scope)) ?? new Map(),
  };
}
