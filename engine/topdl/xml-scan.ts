/** What the scan found wrong: offset, stable code, message, hint. */
export type ScanFault = readonly [offset: number, code: string, message: string, hint?: string];

/** What the text is meant to be, for messages. */
export interface XmlKind {
  /** `TopDL` */
  readonly name: string;
  /** The tag of its root. */
  readonly root: string;
}

/** A start tag without its end tag. */
export interface OpenTag {
  readonly tag: string;
  readonly offset: number;
}

/** Deepest nesting that is read; real TopDL has about ten levels. */
export const MAX_DEPTH = 100;

const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const TOKEN = /<!--|<!\[CDATA\[|<\?|<!|<|&/g;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);/y;
const SPANS: Readonly<Record<string, readonly [end: string, what: string]>> = {
  '<!--': ['-->', 'comment'],
  '<![CDATA[': [']]>', 'CDATA section'],
  '<?': ['?>', 'processing instruction'],
};

/**
 * What fast-xml-parser and its validator let pass or report without a place: text that is no XML, DOCTYPE, unknown
 * entities, things without an end, nesting too deep to be meant. One pass; time is linear in the text.
 *
 * @returns the first fault, or the tags still open at the end.
 */
export function scanXml(
  text: string,
  kind: XmlKind,
): { readonly fault: ScanFault } | { readonly open: readonly OpenTag[] } {
  const start = text.search(/\S/);
  if (start < 0)
    return fault(0, 'empty-file', 'the file is empty', `${kind.name} has <${kind.root}> at its root`);
  const odd = text.search(NOT_TEXT);
  if (odd >= 0) {
    const code = text.charCodeAt(odd).toString(16).toUpperCase().padStart(4, '0');
    return fault(odd, 'not-text', `the character U+${code} cannot stand in XML`, 'is this a binary file?');
  }
  if (text[start] !== '<') {
    const line = /^[^\r\n]{0,40}/.exec(text.slice(start, start + 40))![0];
    return fault(
      start,
      'not-xml',
      `this is not XML: it starts with ${JSON.stringify(line)}, not with "<"`,
      NOT_XML_HINT,
    );
  }
  return scanMarkup(text, kind);
}

const NOT_XML_HINT =
  'TopDL is XML with <experiment> at its root; ns2 files are told by a name that ends in .tcl or .ns';

function scanMarkup(
  text: string,
  kind: XmlKind,
): { readonly fault: ScanFault } | { readonly open: readonly OpenTag[] } {
  const open: OpenTag[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const at = match.index;
    const span = SPANS[match[0]];
    if (match[0] === '&') {
      REFERENCE.lastIndex = at;
      if (!REFERENCE.test(text)) return fault(at, 'bad-entity', entityMessage(text, at), ENTITY_HINT);
      if (!isLegalReference(text.slice(at, REFERENCE.lastIndex))) {
        const reference = text.slice(at, REFERENCE.lastIndex);
        return fault(at, 'bad-entity', `${reference} stands for a character that XML does not allow`);
      }
    } else if (span) {
      const end = text.indexOf(span[0], at + match[0].length);
      if (end < 0) return fault(at, 'malformed-xml', `this ${span[1]} has no end`, `end it with ${span[0]}`);
      TOKEN.lastIndex = end + span[0].length;
    } else if (match[0] === '<!') {
      const word = /^<!\w*/.exec(text.slice(at, at + 20))![0];
      return fault(
        at,
        'doctype',
        `${kind.name} needs no DOCTYPE, and files with one are refused (found ${word})`,
        DOCTYPE_HINT,
      );
    } else {
      const end = tagEnd(text, at + 1);
      if (end < 0)
        return fault(
          at,
          'malformed-xml',
          `the tag ${/^<[^\s<>]*/.exec(text.slice(at, at + 40))![0]} has no end`,
          TAG_HINT,
        );
      TOKEN.lastIndex = end + 1;
      if (text[at + 1] === '/') open.pop();
      else if (text[end - 1] !== '/')
        open.push({ tag: /[^\s>]*/.exec(text.slice(at + 1, end))![0], offset: at });
      if (open.length > MAX_DEPTH) {
        return fault(
          at,
          'too-deep',
          `elements are nested more than ${MAX_DEPTH} deep`,
          `${kind.name} needs about ten levels`,
        );
      }
    }
  }
  return { open };
}

const ENTITY_HINT = 'write "&" as &amp;; &lt; &gt; &quot; &apos; and &#NUMBER; are known, too';
const DOCTYPE_HINT = 'remove it, with the entities it may declare';
const TAG_HINT = 'end it with ">"';

function fault(...parts: ScanFault): { readonly fault: ScanFault } {
  return { fault: parts };
}

/** The offset of the `>` that ends a tag, or -1; `>` in quotes does not count. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '>') return at;
    if (character === '<') return -1;
    if (character === '"' || character === "'") {
      at = text.indexOf(character, at + 1);
      if (at < 0) return -1;
    }
  }
  return -1;
}

function entityMessage(text: string, at: number): string {
  const name = /^&#?\w{0,30};/.exec(text.slice(at, at + 40));
  return name ? `the entity ${name[0]} is not known` : '"&" stands here by itself';
}

function isLegalReference(reference: string): boolean {
  if (reference[1] !== '#') return true;
  const hex = reference[2] === 'x';
  const code = Number.parseInt(reference.slice(hex ? 3 : 2, -1), hex ? 16 : 10);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0) return false;
  return !NOT_TEXT.test(String.fromCodePoint(code));
}
