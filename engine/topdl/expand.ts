import { UserError } from '../model/problem.ts';
import type { Element, Fragment, Topology } from '../model/topology.ts';
import { withAttribute } from '../model/queries.ts';
import { type ExpandState, joinInterfaces, nameJoints, type Task } from './expand-join.ts';
import { type Namer, namer, readNameMaps } from './expand-names.ts';
import { noPlaces, type Places } from './places.ts';
import { suggester } from './suggest.ts';

/** A topology larger than this is taken for a mistake in a recursive fragment. */
const LARGEST = 1_000_000;

/**
 * Puts fragments in the place of regions, level by level, until none is left. Copies keep their names where these are
 * free, or get NAME-0, NAME-1, ...; a namemaps for the region's path overrides that. Copies get the attribute `path`;
 * interfaces that an ifmap makes are called inf-0, inf-1, ... and get `interface_path`. A region's `level` is the depth
 * down to which it is expanded: deeper ones vanish, which is what ends recursive fragments.
 *
 * Source: topdl.xsd, and SPI's region.xml with its expansion expand.xml. Regions' own attributes are dropped.
 *
 * @throws UserError with all that is wrong: unknown fragments, ifmaps and namemaps that name unknown things, names that
 * clash, recursion without a level.
 */
export function expandRegions(topology: Topology, places: Places = noPlaces()): Topology {
  const state = start(topology, places);
  for (let work = topLevel(topology, places); work.length > 0;) {
    work = work.flatMap((task) => expandOne(state, task));
    if (state.problems.length > 0) throw new UserError(state.problems);
  }
  checkNameMapsUsed(state);
  if (state.problems.length > 0) throw new UserError(state.problems);
  const { substrates, elements } = state;
  return { ...topology, substrates, elements, fragments: [], namemaps: [] };
}

function start(topology: Topology, places: Places): ExpandState {
  return {
    fragments: new Map(topology.fragments.map((fragment) => [fragment.name, fragment])),
    nameMaps: readNameMaps(topology),
    usedMaps: new Set(),
    elementNames: namer(topology.elements.flatMap(({ name }) => (name === undefined ? [] : [name]))),
    substrateNames: namer(topology.substrates.map(({ name }) => name)),
    substrates: [...topology.substrates],
    elements: topology.elements.filter((element) => element.type !== 'region'),
    problems: [],
    places,
  };
}

function topLevel(topology: Topology, places: Places): readonly Task[] {
  return topology.elements.flatMap((region) =>
    region.type === 'region' ? [{ region, parent: '/', around: [], place: places.element(region.name) }] : [],
  );
}

/** Adds the fragment's things to the state, and returns the regions among them. */
function expandOne(state: ExpandState, task: Task): readonly Task[] {
  const { region, around } = task;
  const fragment = enter(state, task);
  if (!fragment) return [];
  const path = `${task.parent}${region.name}/`;
  const inside = state.places.within(fragment.name);
  const rename = renamer(state, path);
  const substrates = new Map(
    fragment.substrates.map(({ name }) => [name, rename(state.substrateNames, name)]),
  );
  const elements = new Map(
    fragment.elements.flatMap(({ name }) =>
      name === undefined ? [] : [[name, rename(state.elementNames, name)]],
    ),
  );
  checkNameMap(state, path, new Set([...substrates.keys(), ...elements.keys()]), fragment.name);
  const joints = joinInterfaces(state, task, fragment);
  for (const substrate of fragment.substrates) {
    const attributes = withAttribute(substrate.attributes, 'path', path);
    state.substrates.push({ ...substrate, name: substrates.get(substrate.name)!, attributes });
  }
  return fragment.elements.flatMap((element) => {
    const attached = element.interfaces.map((one) => ({
      ...one,
      substrates: one.substrates.map((name) => substrates.get(name) ?? name),
    }));
    const joined = (element.name !== undefined && joints.get(element.name)) || [];
    const copy = {
      ...element,
      ...(element.name === undefined ? {} : { name: elements.get(element.name)! }),
      interfaces: [...attached, ...nameJoints(attached, joined)],
      attributes: withAttribute(element.attributes, 'path', path),
    } as Element;
    if (copy.type === 'region') {
      const place = inside.element(element.name ?? '');
      return [{ region: copy, parent: path, around: [...around, fragment.name], place }];
    }
    state.elements.push(copy);
    return [];
  });
}

/** The fragment to put in; undefined if the region's level says that it vanishes, or if something is wrong. */
function enter(state: ExpandState, { region, around, place }: Task): Fragment | undefined {
  const complain = (code: string, message: string, hint: string): undefined => {
    state.problems.push({ code, message: `region "${region.name}": ${message}`, place, hint });
  };
  const { level, fragname } = region;
  if (level !== undefined && !/^[1-9]\d{0,8}$/.test(level)) {
    return complain('bad-level', `"${level}" is not a level`, 'a whole number from 1: how deep to expand');
  }
  if (level !== undefined && around.length + 1 > Number(level)) return undefined;
  const fragment = state.fragments.get(fragname);
  if (!fragment) {
    const known = [...state.fragments.keys()];
    const hint = known.length === 0 ? 'there are no fragments' : `known: ${suggester()(fragname, known)}`;
    return complain('unknown-fragment', `there is no fragment "${fragname}"`, hint);
  }
  if (level === undefined && around.includes(fragname)) {
    const cycle = [...around.slice(around.indexOf(fragname)), fragname].join(' -> ');
    return complain(
      'fragment-cycle',
      `the fragments contain each other (${cycle})`,
      'add a <level>, or break the cycle',
    );
  }
  const size = fragment.elements.length + fragment.substrates.length + 1;
  if (state.elements.length + state.substrates.length + size > LARGEST || around.length > 1000) {
    const message = `expansion goes beyond ${LARGEST} elements and substrates, or 1000 levels`;
    return complain('expansion-too-large', message, 'choose a smaller <level>');
  }
  return fragment;
}

/** Names copies at a path: by the namemaps for that path, or as they are free. */
function renamer(state: ExpandState, path: string): (names: Namer, name: string) => string {
  const map = state.nameMaps.get(path);
  if (map) state.usedMaps.add(path);
  return (names, name) => {
    const wanted = map?.names.get(name);
    if (map === undefined || wanted === undefined) return names.unique(name);
    if (!names.claim(wanted)) {
      state.problems.push({
        code: 'duplicate-name',
        message: `namemaps for ${path} calls "${name}" "${wanted}", which is taken`,
        place: state.places.namemaps(map.index),
        hint: 'choose a name that nothing else has, or leave the namemap out',
      });
    }
    return wanted;
  };
}

function checkNameMap(state: ExpandState, path: string, known: ReadonlySet<string>, fragment: string): void {
  const map = state.nameMaps.get(path);
  for (const name of map?.names.keys() ?? []) {
    if (known.has(name)) continue;
    state.problems.push({
      code: 'unknown-name',
      message: `namemaps for ${path}: fragment "${fragment}" has nothing called "${name}"`,
      place: state.places.namemaps(map!.index),
      hint: `known: ${suggester()(name, [...known])}`,
    });
  }
}

function checkNameMapsUsed(state: ExpandState): void {
  for (const { path, index } of state.nameMaps.values()) {
    if (state.usedMaps.has(path)) continue;
    state.problems.push({
      code: 'unknown-path',
      message: `namemaps for ${path}: there is no region at this path`,
      place: state.places.namemaps(index),
      hint: 'a path is made of the names of regions, such as /R/R-0',
    });
  }
}
