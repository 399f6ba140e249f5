import { UserError } from '../model/problem.ts';
import type {
  Attribute,
  Element,
  Fragment,
  Interface,
  RawXml,
  Substrate,
  Topology,
} from '../model/topology.ts';
import { type Layout, writeXml } from './write-xml.ts';

export type { Layout } from './write-xml.ts';

type Version = Topology['version'];

/**
 * Writes TopDL; `parseTopdl` gives the same topology back. Children are ordered and numbers written as each version's
 * own library does: topdl.py for 1.0, topdl.xsd and the SPI for 2.0.
 *
 * @param options `version`: the topology's own unless given.
 * @throws UserError if regions, fragments or namemaps are to be written as 1.0: expand them first.
 */
export function writeTopdl(
  topology: Topology,
  options: { readonly version?: Version; readonly layout: Layout },
): string {
  const version = options.version ?? topology.version;
  if (version === '1.0') refuseModern(topology);
  return writeXml(
    element(topology.root, [
      leaf('version', version),
      ...topology.substrates.map((substrate) => substrateXml(substrate, version)),
      ...topology.elements.map((item) => element('elements', [elementXml(item, version)])),
      ...topology.fragments.map((fragment) => fragmentXml(fragment, version)),
      ...topology.namemaps,
      ...attributesXml(topology.attributes),
      ...topology.unknown,
    ]),
    options.layout,
  );
}

function refuseModern(topology: Topology): void {
  const region = topology.elements.find(({ type }) => type === 'region');
  const found =
    (region && `region "${region.name}"`) ??
    (topology.fragments[0] && `fragment "${topology.fragments[0].name}"`) ??
    (topology.namemaps.length > 0 ? 'namemaps' : undefined);
  if (found === undefined) return;
  const message = `${found} cannot be written as TopDL 1.0, which has no regions, fragments and namemaps`;
  throw new UserError({
    code: 'needs-version-2',
    message,
    hint: 'write version 2.0, or expand the regions first',
  });
}

/** What topdl.py writes before interfaces and attributes, and the XSD after them. */
const HARDWARE = new Set(['cpu', 'os', 'software', 'storage']);
/** What both write before interfaces. */
const IDENTITY = new Set(['id', 'uri', 'type']);

function elementXml(item: Element, version: Version): RawXml {
  const early = (node: RawXml): boolean =>
    IDENTITY.has(node.tag) || (version === '1.0' && HARDWARE.has(node.tag));
  const region = item.type === 'region';
  return element(item.type === 'other' ? item.tag : item.type, [
    ...(item.name === undefined ? [] : [leaf('name', item.name)]),
    ...item.rest.filter(early),
    ...item.interfaces.map((one) => interfaceXml(one, version)),
    ...attributesXml(item.attributes),
    ...(region && item.level !== undefined ? [leaf('level', item.level)] : []),
    ...(region ? [leaf('fragname', item.fragname)] : []),
    ...item.rest.filter((node) => !early(node)),
  ]);
}

function substrateXml(substrate: Substrate, version: Version): RawXml {
  return element('substrates', [
    leaf('name', substrate.name),
    ...qualityXml(substrate, version),
    ...attributesXml(substrate.attributes),
    ...substrate.rest,
  ]);
}

function interfaceXml(one: Interface, version: Version): RawXml {
  return element('interface', [
    ...one.substrates.map((name) => leaf('substrate', name)),
    leaf('name', one.name),
    ...qualityXml(one, version),
    ...attributesXml(one.attributes),
    ...one.rest,
  ]);
}

function qualityXml({ capacity, latency }: Substrate | Interface, version: Version): readonly RawXml[] {
  const amount = (tag: string, name: string, value: number, kind: string): RawXml =>
    element(tag, [leaf(name, numberText(value, version)), leaf('kind', kind)]);
  return [
    ...(capacity ? [amount('capacity', 'rate', capacity.rate, capacity.kind)] : []),
    ...(latency ? [amount('latency', 'time', latency.time, latency.kind)] : []),
  ];
}

/** Python's `%f` in 1.0, unless its six decimals lose something; otherwise the shortest text, with ".0" on integers. */
function numberText(value: number, version: Version): string {
  const fixed = value.toFixed(6);
  if (version === '1.0' && Number(fixed) === value) return fixed;
  const shortest = String(value);
  return /^\d+$/.test(shortest) ? `${shortest}.0` : shortest;
}

function fragmentXml(fragment: Fragment, version: Version): RawXml {
  return element('fragments', [
    leaf('name', fragment.name),
    element('topology', [
      ...fragment.substrates.map((substrate) => substrateXml(substrate, version)),
      ...fragment.elements.map((item) => element('elements', [elementXml(item, version)])),
    ]),
    ...fragment.ifmaps.map(({ inner, outer }) =>
      element('ifmap', [leaf('inner', inner), leaf('outer', outer)]),
    ),
    ...attributesXml(fragment.attributes),
    ...fragment.rest,
  ]);
}

function attributesXml(attributes: readonly Attribute[]): readonly RawXml[] {
  return attributes.map(({ name, value }) =>
    element('attribute', [leaf('attribute', name), leaf('value', value)]),
  );
}

function element(tag: string, children: readonly RawXml[]): RawXml {
  return children.length > 0 ? { tag, children } : { tag };
}

function leaf(tag: string, text: string): RawXml {
  return { tag, text };
}
