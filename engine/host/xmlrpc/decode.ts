import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { xmlReferences } from '../../model/xml-references.ts';
import type { XmlRpcValue } from './value.ts';

/** What a server answered: a value, a fault, or something that is no XML-RPC (and why). */
export type XmlRpcAnswer =
  | { readonly value: XmlRpcValue }
  | { readonly fault: { readonly code: number; readonly message: string } }
  | { readonly nonsense: string };

/** Reads the body of a response. */
export function decodeResponse(text: string): XmlRpcAnswer {
  // Neither is needed by XML-RPC, and entities of a server's own making are not for us to expand.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return { nonsense: 'it has a DOCTYPE' };
  const validity = XMLValidator.validate(text);
  if (validity !== true) return { nonsense: `it is not well-formed XML: ${validity.err.msg}` };
  try {
    return response(elements(parser().parse(text) as readonly Item[]));
  } catch (error) {
    return { nonsense: (error as Error).message };
  }
}

type Item = Readonly<Record<string, unknown>>;

interface Element {
  readonly tag: string;
  readonly content: readonly Item[];
}

const TEXT = '#text';
const ATTRIBUTES = ':@';
const MOST_NESTED = 64;

function parser(): XMLParser {
  return new XMLParser({
    preserveOrder: true,
    parseTagValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: MOST_NESTED,
    entityDecoder: xmlReferences,
  });
}

function response(roots: readonly Element[]): XmlRpcAnswer {
  const root = only(roots, 'methodResponse', 'the document');
  const [inner, ...more] = elements(root.content);
  if (!inner || more.length > 0) throw new Error('<methodResponse> does not hold one element');
  if (inner.tag === 'fault')
    return { fault: fault(value(only(elements(inner.content), 'value', '<fault>'))) };
  const params = only([inner], 'params', '<methodResponse>');
  const param = only(elements(params.content), 'param', '<params>');
  return { value: value(only(elements(param.content), 'value', '<param>')) };
}

function fault(found: XmlRpcValue): { code: number; message: string } {
  const { faultCode, faultString } = (found ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof faultCode === 'number' && typeof faultString === 'string')
    return { code: faultCode, message: faultString };
  throw new Error('a <fault> without faultCode and faultString');
}

function value({ content }: Element): XmlRpcValue {
  const inner = elements(content);
  if (inner.length === 0) return textOf(content); // without a type, it is a string
  if (inner.length > 1) throw new Error('a <value> with more than one element in it');
  return typed(inner[0]!);
}

function typed({ tag, content }: Element): XmlRpcValue {
  const text = textOf(content);
  switch (tag) {
    case 'string':
    case 'base64':
    case 'dateTime.iso8601':
      return text;
    case 'int':
    case 'i4':
    case 'i8':
      return number(text, /^[+-]?\d{1,15}$/, tag);
    case 'double':
      return number(text, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, tag);
    case 'boolean':
      if (text.trim() === '0' || text.trim() === '1') return text.trim() === '1';
      throw new Error(`<boolean>${text.slice(0, 40)}</boolean> is neither 0 nor 1`);
    case 'nil':
    case 'ex:nil':
      return null;
    case 'array':
      return elements(only(elements(content), 'data', '<array>').content).map((item) =>
        value(only([item], 'value', '<data>')),
      );
    case 'struct':
      return Object.fromEntries(elements(content).map(member));
    default:
      throw new Error(`<${tag}> is no type of XML-RPC`);
  }
}

function member(element: Element): [string, XmlRpcValue] {
  const { content } = only([element], 'member', '<struct>');
  const parts = elements(content);
  const name = parts.find(({ tag }) => tag === 'name');
  const held = parts.filter(({ tag }) => tag === 'value');
  if (!name) throw new Error('a <member> without a <name>');
  return [textOf(name.content), value(only(held, 'value', '<member>'))];
}

function number(text: string, form: RegExp, tag: string): number {
  const found = Number(text.trim());
  if (form.test(text.trim()) && Number.isFinite(found)) return found;
  throw new Error(`<${tag}>${text.slice(0, 40)}</${tag}> is no number`);
}

function only(found: readonly Element[], tag: string, where: string): Element {
  const [first, ...more] = found;
  if (first?.tag === tag && more.length === 0) return first;
  throw new Error(`${where} holds ${first ? `<${(more[0] ?? first).tag}>` : 'nothing'}, not one <${tag}>`);
}

function elements(items: readonly Item[]): readonly Element[] {
  return items
    .filter((item) => !(TEXT in item))
    .map((item) => {
      const tag = Object.keys(item).find((key) => key !== ATTRIBUTES)!;
      return { tag, content: item[tag] as readonly Item[] };
    });
}

function textOf(items: readonly Item[]): string {
  return items.map((item) => (TEXT in item ? (item[TEXT] as string) : '')).join('');
}
