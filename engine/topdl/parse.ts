import type { Element, Topology } from '../model/topology.ts';
import { placeKey, placeNotes, type Places } from './places.ts';
import { readFragment, readNetwork } from './read-element.ts';
import { childrenOf, readAttributes, type ReadContext } from './read-node.ts';
import { suggester } from './suggest.ts';
import { readXml, toRawXml, type XmlDocument } from './xml.ts';

/**
 * Reads a TopDL document of version 1.0 or 2.0. Text is trimmed; unnamed interfaces get names; what TopDL does not
 * define is kept. A document that calls itself 1.0 and yet has regions, fragments or namemaps is of version 2.0.
 *
 * @param text the file's content; `file` is what messages call it.
 * @throws UserError with all problems of the document, each with its place.
 */
export function parseTopdl(
  text: string,
  file: string,
): { readonly topology: Topology; readonly places: Places } {
  const document = readXml(text, file);
  const { root } = document;
  if (root.tag !== 'experiment' && root.tag !== 'topology') {
    const hint = 'the root of a TopDL file is <experiment> or <topology>';
    document.findings.add(root.offset, 'not-topdl', `this is not TopDL: its root is <${root.tag}>`, hint);
    document.findings.throwIfAny();
  }
  return readDocument(document, root.tag as Topology['root']);
}

const KNOWN = ['version', 'substrates', 'elements', 'fragments', 'namemaps', 'attribute'];

function readDocument(document: XmlDocument, tag: Topology['root']): ReturnType<typeof parseTopdl> {
  const { root, findings: found, locator } = document;
  const context: ReadContext = { found, suggest: suggester() };
  const notes = placeNotes(locator);
  const children = childrenOf(context, root, `<${tag}>`);
  const version = children.text('version') || '1.0';
  if (version !== '1.0' && version !== '2.0') {
    const offset = children.all('version')[0]!.offset;
    found.add(offset, 'unsupported-version', `TopDL version "${version}" is not known`, 'known: 1.0, 2.0');
  }
  const network = readNetwork(context, children, '', notes);
  const names = new Set<string>();
  const fragments = children.all('fragments').map((node) => {
    const fragment = readFragment(context, node, notes);
    const message = `there is more than one fragment "${fragment.name}"`;
    if (names.has(fragment.name))
      found.add(node.offset, 'duplicate-fragment', message, 'give each its own name');
    names.add(fragment.name);
    notes.note(placeKey('fragment', fragment.name), node.offset);
    return fragment;
  });
  const namemaps = children.all('namemaps').map((node, index) => {
    notes.note(placeKey('namemaps', index), node.offset);
    return toRawXml(node);
  });
  const attributes = readAttributes(context, children, `<${tag}>`);
  const unknown = children.others(KNOWN).map(toRawXml);
  found.throwIfAny();
  const modern =
    version === '2.0' || fragments.length + namemaps.length > 0 || network.elements.some(isRegion);
  return {
    topology: {
      root: tag,
      version: modern ? '2.0' : '1.0',
      ...network,
      fragments,
      namemaps,
      attributes,
      unknown,
    },
    places: notes.places(),
  };
}

function isRegion(element: Element): boolean {
  return element.type === 'region';
}
