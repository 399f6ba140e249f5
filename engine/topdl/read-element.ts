import type { Element, Fragment, Substrate } from '../model/topology.ts';
import { checkName } from './check-value.ts';
import { placeKey, type PlaceNotes } from './places.ts';
import { NAMELESS, readInterfaces, readSubstrate, report } from './read-network.ts';
import {
  type Children,
  childrenOf,
  nameOf,
  noOthers,
  readAttributes,
  type ReadContext,
  readRest,
} from './read-node.ts';
import { childNodes, type XmlNode } from './xml.ts';

/** The substrates and elements of a document or of a fragment's topology. */
export function readNetwork(
  context: ReadContext,
  children: Children,
  scope: string,
  notes: PlaceNotes,
): { readonly substrates: readonly Substrate[]; readonly elements: readonly Element[] } {
  const known = new Set<string>();
  const substrates = children.all('substrates').map((node) => {
    const substrate = readSubstrate(context, node, scope);
    const message = `${scope}there is more than one substrate "${substrate.name}"`;
    if (known.has(substrate.name)) context.found.add(node.offset, 'duplicate-substrate', message, UNIQUE);
    known.add(substrate.name);
    notes.note(placeKey('substrate', substrate.name), node.offset);
    return substrate;
  });
  known.delete('');
  const names = new Set<string>();
  const elements = children.all('elements').flatMap((list) => {
    childrenOf(context, list, `${scope}<elements>`);
    return childNodes(list).map((node) => {
      const element = readElement(context, node, scope, known, notes);
      if (element.name !== undefined && element.name !== '') {
        const message = `${scope}there is more than one element "${element.name}"`;
        if (names.has(element.name)) context.found.add(node.offset, 'duplicate-element', message, UNIQUE);
        names.add(element.name);
        notes.note(placeKey('element', element.name), node.offset);
      }
      return element;
    });
  });
  return { substrates, elements };
}

const UNIQUE = 'give each its own name';

function readElement(
  context: ReadContext,
  node: XmlNode,
  scope: string,
  substrates: ReadonlySet<string>,
  notes: PlaceNotes,
): Element {
  const { tag } = node;
  const name = nameOf(node);
  const label = `${scope}${tag} "${name}"`;
  const children = childrenOf(context, node, label);
  children.text('name');
  if (tag === 'computer' || tag === 'region') {
    report(context, node, 'bad-name', label, name === '' ? NAMELESS : checkName(name));
  }
  const attributes = readAttributes(context, children, label);
  const owner = { label, name, linux: tag === 'computer' };
  const interfaces = readInterfaces(context, children, owner, substrates, notes);
  if (tag === 'computer') {
    return { type: 'computer', name, interfaces, attributes, rest: readRest(children, COMMON) };
  }
  if (tag !== 'region') {
    const rest = readRest(children, COMMON);
    return { type: 'other', tag, ...(name === '' ? {} : { name }), interfaces, attributes, rest };
  }
  const level = children.text('level');
  const fragname = children.text('fragname') ?? '';
  if (fragname === '') {
    const hint = 'add <fragname>NAME</fragname>';
    context.found.add(node.offset, 'no-fragment', `${label} does not say which fragment it stands for`, hint);
  }
  const rest = readRest(children, [...COMMON, 'level', 'fragname']);
  return { type: 'region', name, interfaces, attributes, ...(level ? { level } : {}), fragname, rest };
}

const COMMON = ['name', 'interface', 'attribute'];

/** A `<fragments>`: one fragment. */
export function readFragment(context: ReadContext, node: XmlNode, notes: PlaceNotes): Fragment {
  const children = childrenOf(context, node, '<fragments>');
  const name = children.text('name') ?? '';
  const label = `fragment "${name}"`;
  if (name === '') report(context, node, 'bad-name', label, NAMELESS);
  const inside = children.one('topology');
  const parts = inside && childrenOf(context, inside, `${label}: <topology>`);
  if (parts) noOthers(context, parts.others(['substrates', 'elements']), `${label}: <topology>`);
  const network = parts
    ? readNetwork(context, parts, `${label}: `, notes.within(name))
    : { substrates: [], elements: [] };
  const ifmaps = children.all('ifmap').map((ifmap, index) => {
    notes.note(placeKey('ifmap', name, index), ifmap.offset);
    const ends = childrenOf(context, ifmap, `${label}: <ifmap>`);
    noOthers(context, ends.others(['inner', 'outer']), `${label}: <ifmap>`);
    const inner = ends.text('inner') ?? '';
    const outer = ends.text('outer') ?? '';
    if (inner === '' || outer === '') {
      const hint = 'inner names an element of the fragment, outer an interface of the region';
      context.found.add(ifmap.offset, 'bad-ifmap', `${label}: an ifmap needs an inner and an outer`, hint);
    }
    return { inner, outer };
  });
  const attributes = readAttributes(context, children, label);
  return {
    name,
    ...network,
    ifmaps,
    attributes,
    rest: readRest(children, ['name', 'topology', 'ifmap', 'attribute']),
  };
}
