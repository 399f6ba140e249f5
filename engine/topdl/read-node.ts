import type { Attribute, RawXml } from '../model/topology.ts';
import type { Findings } from './findings.ts';
import type { Suggest } from './suggest.ts';
import { childNodes, textOf, toRawXml, type XmlNode } from './xml.ts';

/** What reading a document needs everywhere. */
export interface ReadContext {
  readonly found: Findings;
  readonly suggest: Suggest;
}

/** An element's children by tag; TopDL gives their order no meaning. */
export interface Children {
  /** The only one of a tag; several are reported when they are asked for. */
  one(tag: string): XmlNode | undefined;
  all(tag: string): readonly XmlNode[];
  /** The text of the only one of a tag; undefined if there is none. */
  text(tag: string): string | undefined;
  /** Children of other tags than these. */
  others(known: readonly string[]): readonly XmlNode[];
}

/** The order of what models carry along unread; both versions agree on it. Unknown tags follow. */
const REST_ORDER = [
  'id',
  'uri',
  'type',
  'cpu',
  'os',
  'software',
  'storage',
  'localname',
  'status',
  'service',
  'operation',
];

/** The children of `node`; `owner` names it in messages. Text between them is reported. */
export function childrenOf(context: ReadContext, node: XmlNode, owner: string): Children {
  const nodes = childNodes(node);
  const text = textOf(node);
  if (text !== '') {
    const message = `${owner}: the text ${JSON.stringify(text.slice(0, 40))} stands where only elements can`;
    context.found.add(node.offset, 'unexpected-text', message);
  }
  const children: Children = {
    all: (tag) => nodes.filter((child) => child.tag === tag),
    one(tag) {
      const [first, second] = children.all(tag);
      if (second)
        context.found.add(
          second.offset,
          'repeated-element',
          `${owner} has more than one <${tag}>`,
          'keep one',
        );
      return first;
    },
    text(tag) {
      const child = children.one(tag);
      return child && leafText(context, child, owner);
    },
    others: (known) => nodes.filter((child) => !known.includes(child.tag)),
  };
  return children;
}

/** The `<name>` of an element, or ''; without a look at whether it is right. */
export function nameOf(node: XmlNode): string {
  const name = childNodes(node).find(({ tag }) => tag === 'name');
  return name ? textOf(name) : '';
}

/** The text of an element that can have nothing else. */
export function leafText(context: ReadContext, node: XmlNode, owner: string): string {
  noOthers(context, childNodes(node), `${owner}: <${node.tag}>`);
  return textOf(node);
}

/** Reports elements that have no place in the model, and so would be lost. */
export function noOthers(context: ReadContext, others: readonly XmlNode[], owner: string): void {
  for (const other of others) {
    context.found.add(other.offset, 'unexpected-element', `${owner} cannot have a <${other.tag}> in it`);
  }
}

/** The `<attribute>` children. */
export function readAttributes(
  context: ReadContext,
  children: Children,
  owner: string,
): readonly Attribute[] {
  return children.all('attribute').map((node) => {
    const parts = childrenOf(context, node, `${owner}: <attribute>`);
    const name = parts.text('attribute') ?? '';
    if (name === '') {
      const hint = 'write <attribute><attribute>NAME</attribute><value>VALUE</value></attribute>';
      context.found.add(node.offset, 'nameless-attribute', `${owner} has an attribute without a name`, hint);
    }
    noOthers(context, parts.others(['attribute', 'value']), `${owner}: attribute "${name}"`);
    return { name, value: parts.text('value') ?? '' };
  });
}

/** What the model does not look into: known tags in TopDL's order, then the others; each in document order. */
export function readRest(children: Children, known: readonly string[]): readonly RawXml[] {
  const rank = ({ tag }: RawXml): number =>
    REST_ORDER.includes(tag) ? REST_ORDER.indexOf(tag) : REST_ORDER.length;
  return children
    .others(known)
    .map(toRawXml)
    .sort((a, b) => rank(a) - rank(b));
}
