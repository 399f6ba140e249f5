const LISTED = 8;
/** Distances computed per document, so that a long file with many mistakes still takes linear time. */
const BUDGET = 200_000;

/** Lists what would have been right. */
export type Suggest = (wanted: string, known: readonly string[]) => string;

/** A suggester: the known names, closest spelling first, eight at most. */
export function suggester(): Suggest {
  let left = BUDGET;
  return (wanted, known) => {
    const affordable = left >= known.length;
    left -= known.length;
    const sorted = affordable
      ? known
          .map((name) => ({ name, distance: distance(wanted, name) }))
          .sort((a, b) => a.distance - b.distance)
          .map(({ name }) => name)
      : known;
    const more = known.length - LISTED;
    return sorted.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  };
}

/** Levenshtein distance without regard to case; names are cut to 64 characters. */
function distance(left: string, right: string): number {
  const a = left.slice(0, 64).toLowerCase();
  const b = right.slice(0, 64).toLowerCase();
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
