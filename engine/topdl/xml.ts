import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { RawXml } from '../model/topology.ts';
import { xmlReferences } from '../model/xml-references.ts';
import { type Findings, findings } from './findings.ts';
import { type Locator, locator } from './locator.ts';
import { MAX_DEPTH, scanXml, type XmlKind } from './xml-scan.ts';

/** An element of a document, with the offset of its `<`. */
export interface XmlNode {
  readonly tag: string;
  readonly offset: number;
  /** Absent if there are none. */
  readonly xmlAttributes?: Readonly<Record<string, string>>;
  /** What the parser made of its content; see `childNodes` and `textOf`. */
  readonly content: readonly ParsedItem[];
}

/** A document that is well-formed. */
export interface XmlDocument {
  readonly root: XmlNode;
  readonly locator: Locator;
  readonly findings: Findings;
}

type ParsedItem = Readonly<Record<string | symbol, unknown>>;

const START = XMLParser.getMetaDataSymbol() as unknown as symbol;
const ATTRIBUTES = ':@';
const TEXT = '#text';

const TOPDL: XmlKind = { name: 'TopDL', root: 'experiment' };

/**
 * Reads XML; what is not well-formed or has a DOCTYPE is refused with its place.
 *
 * @throws UserError
 */
export function readXml(source: string, file: string, kind: XmlKind = TOPDL): XmlDocument {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const where = locator(text, file);
  const found = findings(where);
  const body = blankDeclaration(text);
  const scan = scanXml(body, kind);
  if ('fault' in scan) found.add(...scan.fault);
  found.throwIfAny();
  const validity = XMLValidator.validate(body);
  if (validity !== true) {
    const innermost = 'open' in scan ? scan.open.at(-1) : undefined;
    const { line, col, msg } = validity.err;
    if (innermost && /^(Unclosed tag|Invalid '\[)/.test(msg)) {
      found.add(
        innermost.offset,
        'malformed-xml',
        `<${innermost.tag}> is never closed`,
        `add </${innermost.tag}>`,
      );
    } else {
      found.add(offsetOf(body, line, col), 'malformed-xml', `not well-formed XML: ${msg.replace(/\.$/, '')}`);
    }
  }
  found.throwIfAny();
  const roots = nodes(parse(body, found));
  if (roots.length !== 1) {
    const message =
      roots.length === 0 ? 'there is no element in the file' : 'there is more than one element at the top';
    found.add(
      roots[1]?.offset ?? 0,
      'malformed-xml',
      message,
      `${kind.name} has one <${kind.root}> element around everything`,
    );
  }
  found.throwIfAny();
  return { root: roots[0]!, locator: where, findings: found };
}

/** The elements within a node, in document order. */
export function childNodes(node: XmlNode): readonly XmlNode[] {
  return nodes(node.content);
}

/** The text within a node without the white space around it; text of children is not part of it. */
export function textOf(node: XmlNode): string {
  let text = '';
  for (const item of node.content) if (TEXT in item) text += item[TEXT] as string;
  return text.trim();
}

/** The subtree as a value; see `RawXml`. */
export function toRawXml(node: XmlNode): RawXml {
  const text = textOf(node);
  const mixed = text !== '' && node.content.some((item) => !(TEXT in item));
  const children = mixed
    ? node.content.map((item) =>
        TEXT in item ? { tag: TEXT, text: String(item[TEXT]) } : toRawXml(toNode(item)),
      )
    : childNodes(node).map(toRawXml);
  return {
    tag: node.tag,
    ...(node.xmlAttributes ? { xmlAttributes: node.xmlAttributes } : {}),
    ...(text !== '' && !mixed ? { text } : {}),
    ...(children.length > 0 ? { children } : {}),
  };
}

function parse(body: string, found: Findings): readonly ParsedItem[] {
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: 2 * MAX_DEPTH,
    entityDecoder: xmlReferences,
  });
  try {
    return parser.parse(body) as readonly ParsedItem[];
  } catch (error) {
    found.add(0, 'malformed-xml', `the XML parser refuses this file: ${(error as Error).message}`);
    found.throwIfAny();
    throw error;
  }
}

function nodes(items: readonly ParsedItem[]): readonly XmlNode[] {
  const found: XmlNode[] = [];
  for (const item of items) if (!(TEXT in item)) found.push(toNode(item));
  return found;
}

function toNode(item: ParsedItem): XmlNode {
  const tag = tagOf(item);
  const { startIndex: offset } = item[START] as { readonly startIndex: number };
  const content = item[tag] as readonly ParsedItem[];
  const xmlAttributes = item[ATTRIBUTES] as Readonly<Record<string, string>> | undefined;
  return xmlAttributes
    ? { tag, offset, content, xmlAttributes: { ...xmlAttributes } }
    : { tag, offset, content };
}

/** A parsed item has its tag as a key, and perhaps its attributes and a symbol. */
function tagOf(item: ParsedItem): string {
  for (const key in item) if (key !== ATTRIBUTES) return key;
  throw new Error('the XML parser made an item without a tag');
}

/** The XML declaration as white space: the validator refuses one after blank lines, which real files have. */
function blankDeclaration(text: string): string {
  const start = text.search(/\S/);
  if (start < 0 || !/^<\?xml\s/.test(text.slice(start, start + 6))) return text;
  const end = text.indexOf('?>', start);
  if (end < 0) return text;
  return text.slice(0, start) + text.slice(start, end + 2).replace(/[^\r\n]/g, ' ') + text.slice(end + 2);
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  return Math.min(start + Math.max(column, 1) - 1, text.length);
}
