import type { Findings } from '../topdl/findings.ts';
import { childNodes, textOf, type XmlNode } from '../topdl/xml.ts';

/** What a `<key>` declares. */
interface Key {
  /** `attr.name` in small letters; empty for a program's own graphics. */
  readonly name: string;
  /** `node`, `edge`, ... or `all`. */
  readonly of: string;
  readonly fallback?: string;
}

/** The keys of a document, by id. */
export type Keys = ReadonlyMap<string, Key>;

/** The data of one node or edge. */
export interface Data {
  /** The value of an attribute, by its name in small letters, or what the key gives by default; never empty. */
  value(name: string): string | undefined;
  /** Where the value stands, or the element itself. */
  offset(name: string): number;
  /** The first text in an element of that name without regard to its prefix: `NodeLabel` in yEd's graphics. */
  drawn(tag: string): string | undefined;
}

/** The `<key>` elements of `<graphml>`. */
export function readKeys(root: XmlNode): Keys {
  const declared = childNodes(root).filter(({ tag }) => local(tag) === 'key');
  return new Map(
    declared.map((node) => {
      const { id = '', for: of = 'all', 'attr.name': name = '' } = node.xmlAttributes ?? {};
      const standing = childNodes(node).find(({ tag }) => local(tag) === 'default');
      const fallback = standing && textOf(standing);
      return [id, { name: name.toLowerCase(), of, ...(fallback ? { fallback } : {}) }];
    }),
  );
}

/** The `<data>` of a `<node>` or `<edge>`; a key that is not declared is added to what was found wrong. */
export function readData(owner: XmlNode, of: 'node' | 'edge', keys: Keys, found: Findings): Data {
  const values = new Map<string, { readonly text: string; readonly offset: number }>();
  const nodes = childNodes(owner).filter(({ tag }) => local(tag) === 'data');
  for (const node of nodes) {
    const id = node.xmlAttributes?.['key'] ?? '';
    const key = keys.get(id);
    if (!key) {
      const hint = `declare it: <key id="${id}" for="${of}" attr.name="..." attr.type="string"/>`;
      found.add(node.offset, 'unknown-key', `the key "${id}" is not declared`, hint);
      continue;
    }
    const text = key.name === '' ? '' : textOf(node);
    if (text !== '') values.set(key.name, { text, offset: node.offset });
  }
  return {
    value: (name) => values.get(name)?.text ?? fallbackOf(keys, of, name),
    offset: (name) => values.get(name)?.offset ?? owner.offset,
    drawn: (tag) => firstText(nodes, tag),
  };
}

/** A tag without its namespace's prefix. */
export function local(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

function fallbackOf(keys: Keys, of: string, name: string): string | undefined {
  for (const key of keys.values())
    if (key.name === name && (key.of === of || key.of === 'all')) return key.fallback;
  return undefined;
}

function firstText(nodes: readonly XmlNode[], tag: string): string | undefined {
  for (const node of nodes) {
    const text = local(node.tag) === tag ? textOf(node) : '';
    const found = text === '' ? firstText(childNodes(node), tag) : text;
    if (found !== undefined) return found;
  }
  return undefined;
}
