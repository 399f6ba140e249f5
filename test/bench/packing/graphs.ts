import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { graphOf } from '../../../engine/allocate/packing/graph-of.ts';
import type { Hypergraph } from '../../../engine/allocate/packing/hypergraph.ts';
import { packageRoot } from '../../../engine/config/package-root.ts';
import { readGraph } from '../../../engine/import/read-graph.ts';
import { toTopology } from '../../../engine/import/to-topology.ts';
import { computers } from '../../../engine/model/queries.ts';
import type { Topology } from '../../../engine/model/topology.ts';
import { parseTopdl } from '../../../engine/topdl/parse.ts';

/** A network that people have, to be packed. */
export interface NamedGraph {
  readonly name: string;
  readonly graph: Hypergraph;
}

/** btopo, the Topology Zoo's files and the Rocketfuel maps, as far as they lie beside the clone. */
export function realGraphs(): readonly NamedGraph[] {
  const corpus = join(packageRoot(), '../shared/corpus');
  const files = (folder: string): readonly string[] => {
    const directory = join(corpus, folder);
    return existsSync(directory)
      ? readdirSync(directory)
          .map((name) => join(directory, name))
          .sort()
      : [];
  };
  const btopo = files('topdl').filter((path) => path.endsWith('spi-btopo.xml'));
  return [
    ...btopo.map((path) => named(path, parseTopdl(readFileSync(path, 'utf8'), path).topology)),
    ...[...files('topology-zoo'), ...files('rocketfuel')].map((path) =>
      named(path, toTopology(readGraph(readFileSync(path, 'utf8'), path), {}).topology),
    ),
  ];
}

function named(path: string, topology: Topology): NamedGraph {
  const names = computers(topology).map(({ name }) => name);
  return { name: path.split('/').at(-1)!.replace(/\..*/, ''), graph: graphOf(topology, names) };
}
