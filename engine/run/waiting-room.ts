/** Holds back what has a weight until there is room for it. */
export interface WaitingRoom<Item> {
  enter(items: readonly Item[]): void;
  /** Takes out those that may start now, in the order in which they came; one that is too heavy starts alone. */
  admit(): readonly Item[];
  /** One that was admitted has ended. */
  leave(item: Item): void;
}

/** @param places how much weight may be at work at once. */
export function waitingRoom<Item>(places: number, weightOf: (item: Item) => number): WaitingRoom<Item> {
  const waiting: Item[] = [];
  let taken = 0;
  return {
    enter: (items) => void waiting.push(...items),
    admit() {
      const admitted: Item[] = [];
      // Strictly in order: what is light must not keep what is heavy waiting for ever.
      while (waiting.length > 0 && (taken === 0 || taken + weightOf(waiting[0]!) <= places)) {
        const item = waiting.shift()!;
        taken += weightOf(item);
        admitted.push(item);
      }
      return admitted;
    },
    leave(item) {
      taken -= weightOf(item);
    },
  };
}
