import type { Place } from '../model/problem.ts';
import type { Locator } from './locator.ts';

/**
 * Where in the file the things of a topology stand, by their names. What is not known (made by expansion, or by hand)
 * is said to be in the file as a whole.
 */
export interface Places {
  /** The file. */
  readonly document: Place;
  substrate(name: string): Place;
  /** A computer, region or other element. */
  element(name: string): Place;
  interface(element: string, name: string): Place;
  fragment(name: string): Place;
  /** The ifmap of that index in a fragment. */
  ifmap(fragment: string, index: number): Place;
  /** The namemaps element of that index. */
  namemaps(index: number): Place;
  /** Places within a fragment. */
  within(fragment: string): Places;
}

/** What the reader notes while it reads; `key` is made by `placeKey`. */
export interface PlaceNotes {
  note(key: string, offset: number): void;
  /** Notes on a fragment's inside. */
  within(fragment: string): PlaceNotes;
  places(): Places;
}

/** One key for a thing of one kind; of several things of the same key, the first is found. */
export function placeKey(
  kind: 'substrate' | 'element' | 'interface' | 'fragment' | 'ifmap' | 'namemaps',
  ...names: readonly (string | number)[]
): string {
  return [kind, ...names].join('\n');
}

/** Empty notes on the document that `locator` knows. */
export function placeNotes(locator: Locator): PlaceNotes {
  const offsets = new Map<string, number>();
  const inner = new Map<string, PlaceNotes>();
  const document: Place = { file: locator.file };
  const find = (...key: Parameters<typeof placeKey>): Place => {
    const offset = offsets.get(placeKey(...key));
    return offset === undefined ? document : locator.at(offset);
  };
  const notes: PlaceNotes = {
    note(key, offset) {
      if (!offsets.has(key)) offsets.set(key, offset);
    },
    within(fragment) {
      const known = inner.get(fragment);
      if (known) return known;
      const made = placeNotes(locator);
      inner.set(fragment, made);
      return made;
    },
    places: () => ({
      document,
      substrate: (name) => find('substrate', name),
      element: (name) => find('element', name),
      interface: (element, name) => find('interface', element, name),
      fragment: (name) => find('fragment', name),
      ifmap: (fragment, index) => find('ifmap', fragment, index),
      namemaps: (index) => find('namemaps', index),
      within: (fragment) => notes.within(fragment).places(),
    }),
  };
  return notes;
}

/** Places of a topology that was not read from a file. */
export function noPlaces(file = 'topology'): Places {
  return placeNotes({ file, at: () => ({ file }) }).places();
}
