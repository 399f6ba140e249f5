import { UserError, attribute, computers, defineStage, withAttribute } from 'benito-pipeline';
import type { Computer, Interface, PlatformFact, Problem, Request, Topology } from 'benito-pipeline';

/** Gives every computer its platform, and every interface exactly one substrate. */
export default defineStage({
  summary: 'Settle the platform of every node: what it asks for, what --as puts in its place, or the default',
  needs: ['source', 'request', 'settings', 'platforms'],
  provides: ['annotated', 'ghosts'],
  plan({ facts: { source, request, settings, platforms } }) {
    const fallback = request.defaultPlatform ?? settings.default_platform;
    const problems: Problem[] = [];
    const unknown = new Map<string, string[]>();
    const elements = source.elements.map((element) => {
      if (element.type !== 'computer') return element;
      const computer = withOneSubstrateEach(element);
      const type = attribute(computer, 'containers:node_type') ?? fallback;
      const platform = resolve(type, request, platforms);
      if (platform) problems.push(...limits(computer, platform));
      else if (!request.as[type]) unknown.set(type, [...(unknown.get(type) ?? []), computer.name]);
      const name = platform?.name ?? type;
      return { ...computer, attributes: withAttribute(computer.attributes, 'containers:node_type', name) };
    });
    problems.push(...mistypedPlatforms(request, platforms));
    problems.push(...[...unknown].map(([type, nodes]) => unknownType(type, nodes, platforms)));
    if (problems.length > 0) throw new UserError(problems);

    const annotated: Topology = { ...source, elements };
    const ghosts = computers(annotated)
      .filter((computer) => /^(true|yes|1)$/i.test(attribute(computer, 'containers:ghost') ?? ''))
      .map(({ name }) => name);
    return { facts: { annotated, ghosts }, notes: unusedSubstitutes(source, request, fallback) };
  },
});

function resolve(
  type: string,
  request: Request,
  platforms: readonly PlatformFact[],
): PlatformFact | undefined {
  const wanted = request.as[type] ?? type;
  return (
    platforms.find(({ name }) => name === wanted) ?? platforms.find(({ aliases }) => aliases.includes(wanted))
  );
}

/** `--as TYPE=PLATFORM` with a platform that is none. */
function mistypedPlatforms({ as }: Request, platforms: readonly PlatformFact[]): readonly Problem[] {
  const known = platforms.flatMap(({ name, aliases }) => [name, ...aliases]);
  return Object.entries(as)
    .filter(([, platform]) => !known.includes(platform))
    .map(([type, platform]) => ({
      code: 'unknown-platform',
      message: `--as ${type}=${platform}: there is no platform '${platform}'`,
      hint: `platforms: ${known.sort().join(', ')}`,
    }));
}

/** `--as TYPE=PLATFORM` with a type that no node asks for: allowed, as one set of options may serve many files. */
function unusedSubstitutes(source: Topology, { as }: Request, fallback: string): readonly string[] {
  const types = new Set(computers(source).map((one) => attribute(one, 'containers:node_type') ?? fallback));
  return Object.entries(as)
    .filter(([type]) => !types.has(type))
    .map(([type, platform]) => `--as ${type}=${platform}: no node asks for the type '${type}'`);
}

/** One problem for all nodes of a type: an experiment may have hundreds. */
function unknownType(type: string, nodes: readonly string[], platforms: readonly PlatformFact[]): Problem {
  const names = platforms.map(({ name }) => name).sort();
  const some = nodes
    .slice(0, 5)
    .map((name) => `'${name}'`)
    .join(', ');
  const who = nodes.length > 5 ? `${nodes.length} nodes (${some}, ...)` : some;
  return {
    code: 'unknown-node-type',
    message: `no platform here realises the node type '${type}', which is asked for by ${who}`,
    hint: `platforms: ${names.join(', ')}; to put one in its place: --as ${type}=${names[0] ?? 'PLATFORM'}`,
  };
}

function* limits(computer: Computer, { interfaceLimit }: PlatformFact): Generator<Problem> {
  if (!interfaceLimit || computer.interfaces.length <= interfaceLimit.count) return;
  yield {
    code: 'too-many-interfaces',
    message: `${interfaceLimit.message} (the node '${computer.name}' has ${computer.interfaces.length})`,
    hint: `take interfaces away from '${computer.name}', or give it another platform`,
  };
}

/** Version 1.0 lets an interface name several substrates: each becomes an interface of its own. */
function withOneSubstrateEach(computer: Computer): Computer {
  const taken = new Set(computer.interfaces.map(({ name }) => name));
  const freeName = (): string => {
    for (let index = 0; ; index += 1) {
      const name = `inf${String(index).padStart(3, '0')}`;
      if (!taken.has(name)) return name;
    }
  };
  const interfaces = computer.interfaces.flatMap((one): Interface[] =>
    one.substrates.map((substrate, index) => {
      const name = index === 0 ? one.name : freeName();
      taken.add(name);
      return { ...one, name, substrates: [substrate], attributes: index === 0 ? one.attributes : [] };
    }),
  );
  return { ...computer, interfaces };
}
