import { UserError } from '../model/problem.ts';
import type { RawXml } from '../model/topology.ts';

/** `line`: one line without its end. `indented`: a line for each element, two spaces a level, with a last line end. */
export type Layout = 'line' | 'indented';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Code points that XML 1.0 cannot carry, even escaped. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/**
 * Writes a tree of elements. Line ends and tabs in text become character references, so that they survive any layout.
 *
 * @throws UserError for characters that XML does not allow.
 */
export function writeXml(root: RawXml, layout: Layout): string {
  return layout === 'line' ? write(root) : `${writeIndented(root, '')}\n`;
}

function writeIndented(node: RawXml, indent: string): string {
  const { children } = node;
  if (!children || children.some(({ tag }) => tag === '#text')) return indent + write(node);
  const inner = children.map((child) => writeIndented(child, `${indent}  `)).join('\n');
  return `${indent}${startTag(node)}\n${inner}\n${indent}</${node.tag}>`;
}

function write(node: RawXml): string {
  if (node.tag === '#text') return escape(node.text ?? '');
  const content = node.children ? node.children.map(write).join('') : escape(node.text ?? '');
  return `${startTag(node)}${content}</${node.tag}>`;
}

function startTag({ tag, xmlAttributes = {} }: RawXml): string {
  const attributes = Object.entries(xmlAttributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return `<${tag}${attributes.join('')}>`;
}

function escape(text: string): string {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) {
    const code = forbidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const message = `${JSON.stringify(text)} has the character U+${code} in it, which XML cannot carry`;
    throw new UserError({ code: 'not-text', message, hint: 'remove it' });
  }
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`);
}
