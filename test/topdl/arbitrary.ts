import fc from 'fast-check';
import type {
  Attribute,
  Element,
  Fragment,
  Interface,
  RawXml,
  Substrate,
  Topology,
} from '../../engine/model/topology.ts';

const BAD = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('a\r\nb', ']]>', '&lt;', '0010', '<!--', 'it\'s "x"'),
  )
  .map((value) => value.replace(BAD, '').trim());
const filled = text.filter((value) => value !== '');
const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const tag = fc.constantFrom('zeta', 'alpha', 'ns:beta', 'x-1');
const number = (min: number) =>
  fc.double({ min, max: 1e15, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const attributes = fc.array(fc.record({ name: filled.map((value) => `x:${value}`), value: text }), {
  maxLength: 3,
}) satisfies fc.Arbitrary<readonly Attribute[]>;

const raw = fc.letrec<{ node: RawXml }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ tag, text: filled }, { requiredKeys: ['tag'] }),
    fc.record({ tag, xmlAttributes: fc.record({ key: text }), text: filled }),
    fc.record({ tag, children: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
  ),
})).node;
const unknown = fc.array(raw, { maxLength: 2 });
/** In TopDL's order: that is how topologies are read. */
const rest = fc
  .record({
    known: fc.subarray(['cpu', 'os', 'software', 'storage', 'localname', 'status', 'service']),
    unknown,
    text: filled,
  })
  .map((parts) => [...parts.known.map((one) => ({ tag: one, text: parts.text })), ...parts.unknown]);

const quality = fc.record(
  {
    capacity: fc.record({ rate: number(1e-9), kind: fc.constantFrom('max', 'average', 'peak') }),
    latency: fc.record({ time: number(0), kind: fc.constantFrom('max', 'average') }),
  },
  { requiredKeys: [] },
);

function substrates(): fc.Arbitrary<readonly Substrate[]> {
  const one = fc
    .tuple(fc.record({ name, attributes, rest }), quality)
    .map(([base, extra]) => ({ ...base, ...extra }));
  return fc.uniqueArray(one, { selector: (item) => item.name, minLength: 1, maxLength: 4 });
}

function interfaces(known: readonly string[]): fc.Arbitrary<readonly Interface[]> {
  const base = fc.record({
    name,
    substrates: fc.array(fc.constantFrom(...known), { minLength: 1, maxLength: 2 }),
    attributes,
    rest: unknown,
  });
  const one = fc.tuple(base, quality).map(([first, extra]) => ({ ...first, ...extra }));
  return fc.uniqueArray(
    one.filter((item) => item.name !== 'lo'),
    { selector: (item) => item.name, maxLength: 3 },
  );
}

function elements(known: readonly string[], regions: boolean): fc.Arbitrary<readonly Element[]> {
  const base = fc.record({ name, interfaces: interfaces(known), attributes, rest });
  const computer = base.map((item) => ({ type: 'computer' as const, ...item }));
  const other = fc
    .tuple(base, fc.constantFrom('testbed', 'segment', 'other', 'satellite'), fc.boolean())
    .map(([{ name: own, ...item }, kind, named]): Element => ({
      type: 'other',
      tag: kind,
      ...(named ? { name: own } : {}),
      ...item,
    }));
  const region = fc
    .tuple(base, fc.record({ level: fc.constantFrom('1', '2') }, { requiredKeys: [] }), filled)
    .map(([item, extra, fragname]): Element => ({ type: 'region', ...item, ...extra, fragname }));
  const one: fc.Arbitrary<Element> = regions ? fc.oneof(computer, other, region) : fc.oneof(computer, other);
  return fc.uniqueArray(one, { selector: (item) => item.name ?? item, maxLength: 4 });
}

function network(regions: boolean) {
  return substrates().chain((all) =>
    fc.record({
      substrates: fc.constant(all),
      elements: elements(
        all.map((one) => one.name),
        regions,
      ),
    }),
  );
}

const fragment: fc.Arbitrary<Fragment> = fc
  .tuple(
    network(true),
    fc.record({
      name: filled,
      ifmaps: fc.array(fc.record({ inner: filled, outer: filled }), { maxLength: 2 }),
      attributes,
      rest: unknown,
    }),
  )
  .map(([inside, base]) => ({ ...base, ...inside }));

/** Any topology of a version, as `parseTopdl` would give it. */
export function topologies(version: '1.0' | '2.0'): fc.Arbitrary<Topology> {
  const modern = version === '2.0';
  const base = fc.record({
    root: fc.constantFrom('experiment' as const, 'topology' as const),
    version: fc.constant(version),
    fragments: fc.uniqueArray(fragment, { selector: (item) => item.name, maxLength: modern ? 2 : 0 }),
    namemaps: fc.array(
      raw.map((node) => ({ tag: 'namemaps', children: [node] })),
      { maxLength: modern ? 2 : 0 },
    ),
    attributes,
    unknown,
  });
  return fc.tuple(base, network(modern)).map(([first, inside]) => ({ ...first, ...inside }));
}
