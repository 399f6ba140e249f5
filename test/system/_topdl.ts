import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './_host.ts';

/** What a test's link does: kb/s, ms, and a probability. */
export interface LinkSketch {
  readonly capacity?: number;
  readonly latency?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What a test's node is: its substrates in order, or its interfaces at length. */
export interface NodeSketch {
  readonly on: readonly (
    | string
    | ({ readonly substrate: string; readonly address?: string; readonly netmask?: string } & LinkSketch)
  )[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A TopDL 1.0 document of a few nodes; substrates are those that the nodes name. */
export function topdl(
  nodes: Readonly<Record<string, NodeSketch>>,
  links: Readonly<Record<string, LinkSketch>> = {},
): string {
  const on = Object.values(nodes).flatMap((node) => node.on);
  const substrates = [...new Set(on.map((one) => (typeof one === 'string' ? one : one.substrate)))];
  return [
    '<experiment><version>1.0</version>',
    ...substrates.map((name) => `<substrates><name>${name}</name>${shape(links[name])}</substrates>`),
    ...Object.entries(nodes).map(([name, node]) => computer(name, node)),
    '</experiment>',
    '',
  ].join('\n');
}

/** A line of nodes: each shares a substrate with the next. */
export function line(length: number): Readonly<Record<string, NodeSketch>> {
  return Object.fromEntries(
    Array.from({ length }, (_, index) => {
      const on = [
        ...(index > 0 ? [`link${index - 1}`] : []),
        ...(index < length - 1 ? [`link${index}`] : []),
      ];
      return [`r${index}`, { on }];
    }),
  );
}

/** A file of the corpus of real experiments, which lies beside the clone; undefined where it does not. */
export function corpusText(name: string): string | undefined {
  const file = join(ROOT, '../shared/corpus/topdl', name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function computer(name: string, { on, attributes = {} }: NodeSketch): string {
  const interfaces = on.map((one, index) => {
    const substrate = typeof one === 'string' ? one : one.substrate;
    const address =
      typeof one === 'string' || one.address === undefined
        ? ''
        : attribute('ip4_address', one.address) + attribute('ip4_netmask', one.netmask ?? '255.255.255.0');
    return `<interface><substrate>${substrate}</substrate><name>inf${String(index).padStart(3, '0')}</name>${typeof one === 'string' ? '' : shape(one)}${address}</interface>`;
  });
  const rest = Object.entries(attributes).map(([key, value]) => attribute(key, value));
  return `<elements><computer><name>${name}</name>${interfaces.join('')}${rest.join('')}</computer></elements>`;
}

function shape({ capacity, latency, attributes = {} }: LinkSketch = {}): string {
  return [
    capacity === undefined ? '' : `<capacity><rate>${capacity}</rate><kind>max</kind></capacity>`,
    latency === undefined ? '' : `<latency><time>${latency}</time><kind>average</kind></latency>`,
    ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  ].join('');
}

function attribute(name: string, value: string): string {
  return `<attribute><attribute>${name}</attribute><value>${escaped(value)}</value></attribute>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', '&#10;');
}
