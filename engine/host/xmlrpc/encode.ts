import type { XmlRpcValue } from './value.ts';

/** A call as XML-RPC has it. @throws Error for numbers that are no 32-bit integers and text that XML cannot carry. */
export function encodeCall(method: string, params: readonly XmlRpcValue[]): string {
  const list = params.map((param) => `<param>${encodeValue(param)}</param>`).join('');
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    `<methodCall><methodName>${escape(method)}</methodName><params>${list}</params></methodCall>\n`
  );
}

/** A `<value>`. */
export function encodeValue(value: XmlRpcValue): string {
  return `<value>${encodeTyped(value)}</value>`;
}

function encodeTyped(value: XmlRpcValue): string {
  if (value === null) return '<nil/>';
  if (typeof value === 'string') return `<string>${escape(value)}</string>`;
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'number') {
    if ((value | 0) !== value) throw new Error(`${value} is no 32-bit integer: XML-RPC calls carry no other`);
    return `<int>${value | 0}</int>`;
  }
  if (isList(value)) return `<array><data>${value.map(encodeValue).join('')}</data></array>`;
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escape(name)}</name>${encodeValue(member)}</member>`,
  );
  return `<struct>${members.join('')}</struct>`;
}

/** `Array.isArray` does not know readonly arrays. */
function isList(value: XmlRpcValue): value is readonly XmlRpcValue[] {
  return Array.isArray(value);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
/** Code points that XML 1.0 cannot carry, even escaped. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

function escape(text: string): string {
  if (FORBIDDEN.test(text)) throw new Error(`XML cannot carry ${JSON.stringify(text)}`);
  return text.replace(/[&<>\r]/g, (character) => ESCAPES[character]!);
}
