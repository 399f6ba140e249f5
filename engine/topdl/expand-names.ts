import type { RawXml, Topology } from '../model/topology.ts';

/** Finds the name of a copy: its own if that is free, then NAME-0, NAME-1, ... */
export interface Namer {
  /** A free name, which is taken from then on. */
  unique(name: string): string;
  /** Takes just this name; false if it was taken. */
  claim(name: string): boolean;
}

/** A namer to which `names` are taken. */
export function namer(names: Iterable<string>): Namer {
  const taken = new Set(names);
  const next = new Map<string, number>();
  return {
    claim(name) {
      if (taken.has(name)) return false;
      taken.add(name);
      return true;
    },
    unique(name) {
      let candidate = name;
      let number = next.get(name) ?? 0;
      while (taken.has(candidate)) candidate = `${name}-${number++}`;
      next.set(name, number);
      taken.add(candidate);
      return candidate;
    },
  };
}

/** A version 2.0 namemaps: what the things of a fragment are called in the region at a path. */
export interface NameMap {
  /** As expansion writes it: `/R/R-0/`. */
  readonly path: string;
  /** Its index in the document. */
  readonly index: number;
  /** From the name in the fragment (TopDL: outer) to the name in the expanded topology (inner). */
  readonly names: ReadonlyMap<string, string>;
}

/** The namemaps of a topology by path; of several for one path, the first counts. Source: topdl.xsd and SPI's files. */
export function readNameMaps(topology: Topology): ReadonlyMap<string, NameMap> {
  const maps = new Map<string, NameMap>();
  topology.namemaps.forEach((raw, index) => {
    const path = `${child(raw, 'pathname').replace(/\/+$/, '')}/`;
    const entries = (raw.children ?? []).filter(({ tag }) => tag === 'namemap');
    const names = new Map(entries.map((entry) => [child(entry, 'outer'), child(entry, 'inner')]));
    if (!maps.has(path)) maps.set(path, { path, index, names });
  });
  return maps;
}

function child(raw: RawXml, tag: string): string {
  return raw.children?.find((candidate) => candidate.tag === tag)?.text ?? '';
}
