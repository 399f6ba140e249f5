import type { Attribute, Capacity, Interface, Latency, Substrate } from '../model/topology.ts';
import { checkIp4, checkMac, checkNetmask, type Verdict } from './check-address.ts';
import { checkInterfaceName, checkLoss, checkName, readNumber } from './check-value.ts';
import { placeKey, type PlaceNotes } from './places.ts';
import {
  type Children,
  childrenOf,
  leafText,
  nameOf,
  noOthers,
  readAttributes,
  type ReadContext,
  readRest,
} from './read-node.ts';
import type { XmlNode } from './xml.ts';

const INTERFACES_PER_ELEMENT = 1000;

/** A `<substrates>`: one substrate. */
export function readSubstrate(context: ReadContext, node: XmlNode, scope: string): Substrate {
  const name = nameOf(node);
  const owner = `${scope}substrate "${name}"`;
  const children = childrenOf(context, node, owner);
  children.text('name');
  report(context, node, 'bad-name', owner, name === '' ? NAMELESS : checkName(name));
  const attributes = readAttributes(context, children, owner);
  checkAttribute(context, children, owner, attributes, 'loss', 'bad-loss', checkLoss);
  return {
    name,
    ...readQuality(context, children, owner),
    attributes,
    rest: readRest(children, ['name', 'capacity', 'latency', 'attribute']),
  };
}

/** The interfaces of one element; those without a name get the first of inf000, inf001, ... that is free. */
export function readInterfaces(
  context: ReadContext,
  children: Children,
  owner: { readonly label: string; readonly name: string; readonly linux: boolean },
  substrates: ReadonlySet<string>,
  notes: PlaceNotes,
): readonly Interface[] {
  const nodes = children.all('interface');
  if (nodes.length > INTERFACES_PER_ELEMENT) {
    const message = `${owner.label} has ${nodes.length} interfaces`;
    context.found.add(
      nodes[INTERFACES_PER_ELEMENT]!.offset,
      'too-many-interfaces',
      message,
      'TopDL allows 1000 per element',
    );
    return [];
  }
  const explicit = nodes.map(nameOf);
  const taken = new Set(explicit);
  const seen = new Set<string>();
  let next = 0;
  return nodes.map((node, index) => {
    let name = explicit[index]!;
    while (name === '') {
      const candidate = `inf${String(next).padStart(3, '0')}`;
      next += 1;
      if (!taken.has(candidate)) name = candidate;
    }
    const label = `${owner.label}: interface "${name}"`;
    if (seen.has(name)) {
      const message = `${owner.label} has more than one interface "${name}"`;
      context.found.add(
        node.offset,
        'duplicate-interface',
        message,
        'names of interfaces are unique in their element',
      );
    }
    seen.add(name);
    notes.note(placeKey('interface', owner.name, name), node.offset);
    if (owner.linux) report(context, node, 'bad-interface-name', owner.label, checkInterfaceName(name));
    return readInterface(context, node, name, label, substrates);
  });
}

function readInterface(
  context: ReadContext,
  node: XmlNode,
  name: string,
  owner: string,
  known: ReadonlySet<string>,
): Interface {
  const children = childrenOf(context, node, owner);
  children.text('name');
  const substrates = children.all('substrate').map((child) => {
    const substrate = leafText(context, child, owner);
    if (!known.has(substrate)) {
      const hint =
        known.size === 0 ? 'there are no substrates' : `known: ${context.suggest(substrate, [...known])}`;
      const message = `${owner} is attached to the substrate "${substrate}", which does not exist`;
      context.found.add(child.offset, 'unknown-substrate', message, hint);
    }
    return substrate;
  });
  if (substrates.length === 0) {
    const hint = 'add <substrate>NAME</substrate>, or remove the interface';
    context.found.add(node.offset, 'no-substrate', `${owner} is attached to no substrate`, hint);
  }
  const attributes = readAttributes(context, children, owner);
  const mask = attributes.find((attribute) => attribute.name === 'ip4_netmask')?.value;
  const check = checkAttribute.bind(undefined, context, children, owner, attributes);
  check('ip4_address', 'bad-address', (value) => checkIp4(value, mask));
  check('ip4_netmask', 'bad-netmask', checkNetmask);
  check('benito:mac_address', 'bad-mac', checkMac);
  check('loss', 'bad-loss', checkLoss);
  return {
    name,
    substrates,
    ...readQuality(context, children, owner),
    attributes,
    rest: readRest(children, ['name', 'substrate', 'capacity', 'latency', 'attribute']),
  };
}

function readQuality(
  context: ReadContext,
  children: Children,
  owner: string,
): { capacity?: Capacity; latency?: Latency } {
  const capacity = readAmount(context, children, owner, {
    tag: 'capacity',
    amount: 'rate',
    unit: 'kb/s',
    zero: false,
  });
  const latency = readAmount(context, children, owner, {
    tag: 'latency',
    amount: 'time',
    unit: 'ms',
    zero: true,
  });
  return {
    ...(capacity ? { capacity: { rate: capacity.value, kind: capacity.kind } } : {}),
    ...(latency ? { latency: { time: latency.value, kind: latency.kind } } : {}),
  };
}

function readAmount(
  context: ReadContext,
  children: Children,
  owner: string,
  what: { readonly tag: string; readonly amount: string; readonly unit: string; readonly zero: boolean },
): { readonly value: number; readonly kind: string } | undefined {
  const node = children.one(what.tag);
  if (!node) return undefined;
  const label = `${owner}: <${what.tag}>`;
  const parts = childrenOf(context, node, label);
  noOthers(context, parts.others([what.amount, 'kind']), label);
  const result = readNumber(parts.text(what.amount) ?? '', what.unit, what);
  const kind = parts.text('kind') || 'max';
  if (typeof result === 'number') return { value: result, kind };
  report(context, parts.one(what.amount) ?? node, `bad-${what.tag}`, `${owner}: ${what.amount}`, result);
  return undefined;
}

/** Checks the first attribute of a name: the one that counts. */
function checkAttribute(
  context: ReadContext,
  children: Children,
  owner: string,
  attributes: readonly Attribute[],
  name: string,
  code: string,
  check: (value: string) => Verdict,
): void {
  const index = attributes.findIndex((attribute) => attribute.name === name);
  if (index >= 0)
    report(context, children.all('attribute')[index]!, code, owner, check(attributes[index]!.value));
}

/** Adds a verdict, if there is one, to what was found. */
export function report(
  context: ReadContext,
  node: XmlNode,
  code: string,
  owner: string,
  verdict: Verdict,
): void {
  if (verdict) context.found.add(node.offset, code, `${owner}: ${verdict.message}`, verdict.hint);
}

/** The verdict on a thing that needs a name and has none. */
export const NAMELESS: Verdict = { message: 'the name is missing', hint: 'add <name>NAME</name>' };
