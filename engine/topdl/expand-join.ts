import type { Place, Problem } from '../model/problem.ts';
import type { Element, Fragment, Interface, Region, Substrate } from '../model/topology.ts';
import { withAttribute } from '../model/queries.ts';
import { type Namer, namer, type NameMap } from './expand-names.ts';
import type { Places } from './places.ts';
import { suggester } from './suggest.ts';

/** What has been made so far, and what it is made from. */
export interface ExpandState {
  readonly fragments: ReadonlyMap<string, Fragment>;
  readonly nameMaps: ReadonlyMap<string, NameMap>;
  readonly usedMaps: Set<string>;
  readonly elementNames: Namer;
  readonly substrateNames: Namer;
  readonly substrates: Substrate[];
  readonly elements: Exclude<Element, Region>[];
  readonly problems: Problem[];
  readonly places: Places;
}

/** A region that is to be replaced; its name and its interfaces' substrates are those of the expanded topology. */
export interface Task {
  readonly region: Region;
  /** `/` or `/R/`: where the region is. */
  readonly parent: string;
  /** Fragments around it, outermost first. */
  readonly around: readonly string[];
  readonly place: Place;
}

/** Interfaces for elements of the fragment, by the element's name in it. */
export function joinInterfaces(
  state: ExpandState,
  { region, place }: Task,
  fragment: Fragment,
): ReadonlyMap<string, readonly Interface[]> {
  const joints = new Map<string, Interface[]>();
  const outers = new Map(region.interfaces.map((one) => [one.name, one]));
  const inners = new Map(
    fragment.elements.flatMap((one) => (one.name === undefined ? [] : [[one.name, one] as const])),
  );
  const unmapped = new Set(outers.keys());
  fragment.ifmaps.forEach(({ inner, outer }, index) => {
    const complain = (code: string, message: string, hint: string): void => {
      const text = `fragment "${fragment.name}": the ifmap from "${outer}" to "${inner}": ${message}`;
      state.problems.push({ code, message: text, place: state.places.ifmap(fragment.name, index), hint });
    };
    const known = (names: Iterable<string>): string => `known: ${suggester()('', [...names])}`;
    const element = inners.get(inner);
    const one = outers.get(outer);
    unmapped.delete(outer);
    if (!element) complain('unknown-inner', `the fragment has no element "${inner}"`, known(inners.keys()));
    else if (element.type === 'region') {
      complain('inner-region', `"${inner}" is a region itself`, 'join to a computer of this fragment');
    }
    if (!one)
      complain('unknown-outer', `region "${region.name}" has no interface "${outer}"`, known(outers.keys()));
    if (!element || !one) return;
    const joint = { ...one, attributes: withAttribute(one.attributes, 'interface_path', outer) };
    joints.set(inner, [...(joints.get(inner) ?? []), joint]);
  });
  for (const name of unmapped) {
    const message = `region "${region.name}": nothing in fragment "${fragment.name}" gets the interface "${name}"`;
    const hint = `add <ifmap><inner>ELEMENT</inner><outer>${name}</outer></ifmap> to the fragment`;
    state.problems.push({ code: 'unmapped-interface', message, place, hint });
  }
  return joints;
}

/** Names joined interfaces: inf-0, inf-1, ... as these are free on the element. */
export function nameJoints(
  present: readonly Interface[],
  joined: readonly Interface[],
): readonly Interface[] {
  const names = namer([...present.map(({ name }) => name), 'inf']);
  return joined.map((one) => ({ ...one, name: names.unique('inf') }));
}
