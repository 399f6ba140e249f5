import { stringify, parse as parseYaml } from 'yaml';
import { parseTopdl } from '../topdl/parse.ts';
import { writeTopdl } from '../topdl/write.ts';
import { formatAddress } from '../allocate/ip4.ts';
import { tableOf } from '../allocate/route-table.ts';
import type { Route, RouteTable } from '../allocate/route-table.ts';
import type {
  Children,
  Crossing,
  Embedding,
  ExperimentFact,
  RouteTableFact,
  SwitchFact,
} from '../model/experiment.ts';
import type { FileSystems } from '../model/file-systems.ts';
import type { DelayElement, NetworkShape, SwitchVlans } from '../model/shaping.ts';
import type { Topology } from '../model/topology.ts';
import { attribute, computers } from '../model/queries.ts';
import type { Settings } from './settings.ts';

/** One file of the config directory; the path is relative to it. */
export interface ConfigFile {
  readonly path: string;
  readonly content: string;
  /** Rewritten in place: bind-mounted into nodes as /etc/hosts. */
  readonly inPlace?: boolean;
}

/** Reads a file of the config directory, planned or on disk; undefined where there is none. */
export interface ConfigReader {
  read(path: string): string | undefined;
  list(folder: string): readonly string[];
}

/** How a fact is kept in the config directory. `decode(encode(value))` is the value. */
export interface Codec<T> {
  encode(value: T): readonly ConfigFile[];
  /** Undefined where the directory does not hold the fact. Absent for files that only others read. */
  decode?(reader: ConfigReader): T | undefined;
}

/** Every fact that is written to the config directory, in the order of the files' making. */
export const codecs = {
  experiment: {
    encode: ({ project, name }) => [{ path: 'pid_eid', content: `${project}\n${name}\n` }],
  } satisfies Codec<ExperimentFact> as Codec<ExperimentFact>,

  settings: {
    encode: (settings) => [{ path: 'site.yaml', content: stringify(settings) }],
    decode: (reader) => parsed(reader.read('site.yaml')) as Settings | undefined,
  } satisfies Codec<Settings> as Codec<Settings>,

  /** The user's own file, to the letter. */
  sourceText: {
    encode: (text) => [{ path: 'experiment.xml', content: text }],
  } satisfies Codec<string> as Codec<string>,

  annotated: topologyCodec('annotated.xml', 'indented'),

  partitioned: {
    encode: (topology) => [
      ...topologyCodec('partitioned.xml', 'indented').encode(topology),
      { path: 'assignment', content: assignment(topology) },
    ],
  } satisfies Codec<Topology> as Codec<Topology>,

  embedding: {
    encode: (embedding) => [{ path: 'embedding.yaml', content: stringify(embedding) }],
    decode: (reader) => parsed(reader.read('embedding.yaml')) as Embedding | undefined,
  } satisfies Codec<Embedding> as Codec<Embedding>,

  children: {
    encode: (children) =>
      Object.entries(children).map(([pnode, nodes]) => ({
        path: `children/${pnode}.yaml`,
        content: stringify(nodes),
      })),
  } satisfies Codec<Children> as Codec<Children>,

  physical: { encode: topologyCodec('phys_topo.xml', 'indented').encode },

  switches: {
    encode: (switches) =>
      [...new Set(switches.map(({ pnode }) => pnode))].map((pnode) => ({
        path: `switch/${pnode}.yaml`,
        content: stringify(switches.filter((one) => one.pnode === pnode)),
      })),
    decode: (reader) =>
      reader
        .list('switch')
        .flatMap((name) => (parsed(reader.read(`switch/${name}`)) as SwitchFact[] | null) ?? []),
  } satisfies Codec<readonly SwitchFact[]> as Codec<readonly SwitchFact[]>,

  crossings: {
    encode: (crossings) => [{ path: 'crossings.yaml', content: stringify(crossings) }],
    // A directory of before there were several pnodes has none.
    decode: (reader) => (parsed(reader.read('crossings.yaml')) ?? []) as readonly Crossing[],
  } satisfies Codec<readonly Crossing[]> as Codec<readonly Crossing[]>,

  shaping: yamlCodec<readonly NetworkShape[]>('shaping.yaml'),

  delayElements: yamlCodec<readonly DelayElement[]>('wirefilters.yaml'),

  vlans: yamlCodec<readonly SwitchVlans[]>('switch_extra.yaml'),

  routes: {
    encode: (tables) => tables.map(({ node, table }) => ({ path: `route/${node}`, content: table })),
    decode: (reader) =>
      reader.list('route').map((node) => ({ node, table: reader.read(`route/${node}`) ?? '' })),
  } satisfies Codec<readonly RouteTableFact[]> as Codec<readonly RouteTableFact[]>,

  fileSystems: yamlCodec<FileSystems>('file_systems.yaml'),

  topology: topologyCodec('topo.xml', 'line'),

  hosts: {
    encode: (text) => [{ path: 'hosts', content: text, inPlace: true }],
    decode: (reader) => reader.read('hosts'),
  } satisfies Codec<string> as Codec<string>,

  ghosts: {
    encode: (names) => [{ path: 'ghosts', content: names.map((name) => `${name}\n`).join('') }],
    decode: (reader) => reader.read('ghosts')?.split('\n').filter(Boolean),
  } satisfies Codec<readonly string[]> as Codec<readonly string[]>,
};

/** A routing table as `route/NODE` holds it: one `PREFIX via ADDRESS` or `unreachable PREFIX` a line. */
export function formatRoutes({ count, base, length, via }: RouteTable): string {
  // A node has a few neighbours and, in a large experiment, thousands of routes: each neighbour is written once.
  const ends = new Map<number, string>();
  let text = '';
  for (let at = 0; at < count; at += 1) {
    const gateway = via[at]!;
    const to = `${formatAddress(base[at]!)}/${length[at]}`;
    if (gateway === 0) {
      text += `unreachable ${to}\n`;
      continue;
    }
    let end = ends.get(gateway);
    if (end === undefined) ends.set(gateway, (end = ` via ${formatAddress(gateway)}\n`));
    text += to + end;
  }
  return text;
}

/** The inverse of `formatRoutes`; blank lines and `#` comments are skipped. */
export function parseRoutes(text: string): RouteTable {
  return tableOf(
    text.split('\n').flatMap((line): Route[] => {
      const words = line.replace(/#.*/, '').trim().split(/\s+/);
      if (words[0] === 'unreachable' && words[1]) return [{ to: words[1], unreachable: true }];
      return words[0] && words[1] === 'via' && words[2] ? [{ to: words[0], via: words[2] }] : [];
    }),
  );
}

/** A value of JSON as one YAML file. */
function yamlCodec<T>(path: string): Codec<T> {
  return {
    encode: (value) => [{ path, content: stringify(value, { aliasDuplicateObjects: false }) }],
    decode: (reader) => parsed(reader.read(path)) as T | undefined,
  };
}

function topologyCodec(path: string, layout: 'line' | 'indented'): Codec<Topology> {
  return {
    encode: (topology) => [{ path, content: writeTopdl(topology, { layout }) }],
    decode(reader) {
      const text = reader.read(path);
      return text === undefined ? undefined : parseTopdl(text, path).topology;
    },
  };
}

/** Partition -> node names, as the original's YAML dump had it: quoted string keys, flow lists. */
function assignment(topology: Topology): string {
  const partitions = new Map<string, string[]>();
  for (const computer of computers(topology)) {
    const partition = attribute(computer, 'containers:partition') ?? '0';
    partitions.set(partition, [...(partitions.get(partition) ?? []), computer.name]);
  }
  return [...partitions].map(([id, names]) => `'${id}': [${names.join(', ')}]\n`).join('');
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : parseYaml(text);
}
