/**
 * Vertices with whole weights, and nets that join any number of them. Vertex v is on the nets
 * `vertexNets[vertexStart[v]]` to `[vertexStart[v + 1]]` (excluded); net e has the pins `pins[netStart[e]]` to
 * `[netStart[e + 1]]` (excluded), each vertex once.
 */
export interface Hypergraph {
  readonly weight: Int32Array;
  readonly netStart: Int32Array;
  readonly pins: Int32Array;
  /** What it costs that a net is in one more part. */
  readonly netCost: Float64Array;
  readonly vertexStart: Int32Array;
  readonly vertexNets: Int32Array;
}

/** A net of a hypergraph that is to be made. */
export interface Net {
  readonly cost: number;
  /** Vertices, each once. */
  readonly pins: ArrayLike<number>;
}

/** The hypergraph of these vertices and nets; nets with fewer than two pins cost nothing and are left out. */
export function hypergraphOf(weight: Int32Array, nets: readonly Net[]): Hypergraph {
  const kept = nets.filter(({ pins }) => pins.length > 1);
  const netStart = new Int32Array(kept.length + 1);
  kept.forEach((net, at) => {
    netStart[at + 1] = netStart[at]! + net.pins.length;
  });
  const pins = new Int32Array(netStart[kept.length]!);
  kept.forEach((net, at) => pins.set(net.pins, netStart[at]));
  return withVertices({ weight, netStart, pins, netCost: Float64Array.from(kept, ({ cost }) => cost) });
}

/** Room for `restrict` to work in, used over and over: all zero between two uses. */
export interface Scratch {
  readonly numbers: Int32Array;
  readonly nets: Uint8Array;
}

/** What `restrict` needs for parts of this hypergraph. */
export function scratchFor({ weight, netCost }: Hypergraph): Scratch {
  return { numbers: new Int32Array(weight.length), nets: new Uint8Array(netCost.length) };
}

/** What is left of a hypergraph on some of its vertices, which are renumbered in their order: nets lose their other pins. */
export function restrict(graph: Hypergraph, vertices: Int32Array, scratch: Scratch): Hypergraph {
  const { netStart, pins, netCost, vertexStart, vertexNets, weight } = graph;
  const { numbers, nets } = scratch;
  for (let at = 0; at < vertices.length; at += 1) numbers[vertices[at]!] = at + 1;
  const starts: number[] = [0];
  const inside: number[] = [];
  const costs: number[] = [];
  const seen: number[] = [];
  for (let at = 0; at < vertices.length; at += 1) {
    const vertex = vertices[at]!;
    for (let on = vertexStart[vertex]!; on < vertexStart[vertex + 1]!; on += 1) {
      const net = vertexNets[on]!;
      if (nets[net]) continue;
      nets[net] = 1;
      seen.push(net);
      const start = inside.length;
      for (let pin = netStart[net]!; pin < netStart[net + 1]!; pin += 1) {
        const number = numbers[pins[pin]!]!;
        if (number > 0) inside.push(number - 1);
      }
      if (inside.length - start < 2) inside.length = start;
      else {
        starts.push(inside.length);
        costs.push(netCost[net]!);
      }
    }
  }
  for (const net of seen) nets[net] = 0;
  const weights = new Int32Array(vertices.length);
  for (let at = 0; at < vertices.length; at += 1) {
    numbers[vertices[at]!] = 0;
    weights[at] = weight[vertices[at]!]!;
  }
  return withVertices({
    weight: weights,
    netStart: Int32Array.from(starts),
    pins: Int32Array.from(inside),
    netCost: Float64Array.from(costs),
  });
}

/** The nets of every vertex, from the vertices of every net. */
function withVertices(nets: Omit<Hypergraph, 'vertexStart' | 'vertexNets'>): Hypergraph {
  const { weight, netStart, pins, netCost } = nets;
  const vertexStart = new Int32Array(weight.length + 1);
  for (let at = 0; at < pins.length; at += 1) vertexStart[pins[at]! + 1]!++;
  for (let at = 0; at < weight.length; at += 1) vertexStart[at + 1]! += vertexStart[at]!;
  const fill = vertexStart.slice();
  const vertexNets = new Int32Array(pins.length);
  for (let net = 0; net < netCost.length; net += 1) {
    for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) vertexNets[fill[pins[at]!]!++] = net;
  }
  return { ...nets, vertexStart, vertexNets };
}

/** What a partition costs: for each net, its cost for every part that it is in but one. */
export function spanCost({ netStart, pins, netCost }: Hypergraph, part: Int32Array): number {
  let total = 0;
  const seen = new Set<number>();
  for (let net = 0; net < netCost.length; net += 1) {
    seen.clear();
    for (let at = netStart[net]!; at < netStart[net + 1]!; at += 1) seen.add(part[pins[at]!]!);
    total += netCost[net]! * (seen.size - 1);
  }
  return total;
}

/** The sum of all vertices' weights. */
export function totalWeight({ weight }: Hypergraph): number {
  return weight.reduce((sum, one) => sum + one, 0);
}
