import type { ImportNote } from './graph.ts';

/** A note about these items; none where there are none. `message` says what they are, in the plural. */
export function note(code: string, message: string, items: readonly string[]): readonly ImportNote[] {
  return items.length === 0 ? [] : [{ code, message, items }];
}
