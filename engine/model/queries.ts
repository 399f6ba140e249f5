import type { Attribute, Computer, Topology } from './topology.ts';

/**
 * The value of an attribute; the first of several wins. A name written `containers:NAME` is looked up as
 * `containers:`, `benito:` and the misspelt `container:`, `containers::`, `benito::` that real files carry; case of
 * the local part is ignored for these. Other names are compared exactly.
 */
export function attribute(
  owner: { readonly attributes: readonly Attribute[] },
  name: string,
): string | undefined {
  const wanted = normalizeAttributeName(name);
  return owner.attributes.find((candidate) => normalizeAttributeName(candidate.name) === wanted)?.value;
}

/** `benito:X`, `container:X`, `containers::X`, ... -> `containers:x`; other names unchanged. */
export function normalizeAttributeName(name: string): string {
  const match = /^(?:containers?|benito)::?(.+)$/i.exec(name.trim());
  return match ? `containers:${match[1]!.toLowerCase()}` : name;
}

/** The attributes with one set: replaces the first of that (normalised) name where it stands, drops later doubles, or appends. */
export function withAttribute(
  attributes: readonly Attribute[],
  name: string,
  value: string,
): readonly Attribute[] {
  const wanted = normalizeAttributeName(name);
  const at = attributes.findIndex((candidate) => normalizeAttributeName(candidate.name) === wanted);
  if (at < 0) return [...attributes, { name, value }];
  return attributes.flatMap((candidate, index) => {
    if (index === at) return [{ name, value }];
    return normalizeAttributeName(candidate.name) === wanted ? [] : [candidate];
  });
}

/** The computers of a topology, in document order. */
export function computers(topology: Topology): readonly Computer[] {
  return topology.elements.filter((element): element is Computer => element.type === 'computer');
}
