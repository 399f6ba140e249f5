import { withAttribute } from '../model/queries.ts';
import type { Element, Interface, Topology } from '../model/topology.ts';

/** One interface on one substrate. An interface that names several substrates (TopDL 1.0) gives one of each. */
export interface Attachment extends AttachmentName {
  /** As `attachmentKey` gives it. */
  readonly key: string;
  readonly owner: Element;
  readonly port: Interface;
  /** True for the first substrate of its interface: the one that the interface's own attributes speak of. */
  readonly first: boolean;
}

/** What an attachment is called in state that outlives a run. */
export interface AttachmentName {
  readonly element: string;
  readonly interface: string;
  readonly substrate: string;
}

/** All attachments to declared substrates, in document order of elements; other substrate names are left out. */
export function attachments(topology: Topology): readonly Attachment[] {
  const declared = new Set(topology.substrates.map((substrate) => substrate.name));
  const list: Attachment[] = [];
  for (const owner of topology.elements) {
    const element = elementName(owner);
    for (const port of owner.interfaces) {
      for (const [index, substrate] of port.substrates.entries()) {
        if (!declared.has(substrate)) continue;
        const key = attachmentKey({ element, interface: port.name, substrate });
        list.push({ element, interface: port.name, substrate, key, owner, port, first: index === 0 });
      }
    }
  }
  return list;
}

/** The attachments of every declared substrate, in document order; substrates without any have an empty list. */
export function bySubstrate(
  topology: Topology,
  list: readonly Attachment[],
): ReadonlyMap<string, Attachment[]> {
  const groups = new Map<string, Attachment[]>(topology.substrates.map(({ name }) => [name, []]));
  for (const attachment of list) groups.get(attachment.substrate)?.push(attachment);
  return groups;
}

/** A key that is equal for equal names only, as no name holds a line break. */
export function attachmentKey(name: AttachmentName): string {
  return `${name.element}\n${name.interface}\n${name.substrate}`;
}

/** `node/interface on substrate`, for messages. */
export function describeAttachment(name: AttachmentName): string {
  return `${name.element}/${name.interface} on ${name.substrate}`;
}

/**
 * The topology with attributes set on its interfaces. `choose` is asked about the first substrate of each
 * interface, as an interface has one set of attributes only; undefined leaves the interface as it is.
 */
export function annotate(
  topology: Topology,
  choose: (name: AttachmentName) => Readonly<Record<string, string>> | undefined,
): Topology {
  const port = (owner: Element, given: Interface): Interface => {
    const [substrate] = given.substrates;
    if (substrate === undefined) return given;
    const values = choose({ element: elementName(owner), interface: given.name, substrate });
    if (!values) return given;
    const set = (attributes: Interface['attributes'], [name, value]: readonly [string, string]) =>
      withAttribute(attributes, name, value);
    return { ...given, attributes: Object.entries(values).reduce(set, given.attributes) };
  };
  const element = <T extends Element>(owner: T): T => ({
    ...owner,
    interfaces: owner.interfaces.map((given) => port(owner, given)),
  });
  return { ...topology, elements: topology.elements.map((owner) => element(owner)) };
}

/** The element's name; what has none goes by its tag. */
function elementName(element: Element): string {
  return element.name ?? (element.type === 'other' ? element.tag : '');
}
