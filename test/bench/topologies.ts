/** A topology as the bench makes it: the substrates that each node is on, in the order of its interfaces. */
export interface Topology {
  readonly name: string;
  readonly substrates: readonly string[];
  readonly nodes: ReadonlyMap<string, readonly string[]>;
}

/** `size` nodes on one substrate. */
export function lan(size: number): Topology {
  const nodes = Array.from({ length: size }, (_, index) => [`n${index}`, ['lan']] as const);
  return { name: `lan-${size}`, substrates: ['lan'], nodes: new Map(nodes) };
}

/** `size` routers in a row, each link a substrate. */
export function line(size: number): Topology {
  const links = Array.from({ length: size - 1 }, (_, index) => [index, index + 1] as const);
  return ofLinks(`line-${size}`, size, links);
}

/** Barabasi and Albert's preferential attachment: each new node gets `m` links to nodes drawn by their degree. */
export function scaleFree(size: number, m: number, seed: number): Topology {
  const random = mulberry32(seed);
  const links: (readonly [number, number])[] = [];
  // Every end of every link: a draw from it is a draw by degree.
  const ends: number[] = [];
  for (let node = m; node < size; node += 1) {
    const targets = new Set<number>();
    if (node === m) for (let first = 0; first < m; first += 1) targets.add(first);
    while (targets.size < m) targets.add(ends[Math.floor(random() * ends.length)]!);
    for (const target of targets) {
      links.push([target, node]);
      ends.push(target, node);
    }
  }
  return ofLinks(`scale-free-${size}`, size, links);
}

/** TopDL 1.0, without anything that is to be computed. */
export function toTopdl({ substrates, nodes }: Topology): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<experiment>', '<version>1.0</version>'];
  for (const name of substrates) lines.push(`<substrates><name>${name}</name></substrates>`);
  for (const [name, on] of nodes) {
    lines.push(`<elements><computer><name>${name}</name>`);
    on.forEach((substrate, index) =>
      lines.push(`<interface><substrate>${substrate}</substrate><name>eth${index}</name></interface>`),
    );
    lines.push('</computer></elements>');
  }
  return [...lines, '</experiment>', ''].join('\n');
}

function ofLinks(name: string, size: number, links: readonly (readonly [number, number])[]): Topology {
  const nodes = new Map<string, string[]>(Array.from({ length: size }, (_, index) => [`n${index}`, []]));
  const substrates = links.map(([a, b], index) => {
    const substrate = `s${index}`;
    nodes.get(`n${a}`)!.push(substrate);
    nodes.get(`n${b}`)!.push(substrate);
    return substrate;
  });
  return { name, substrates, nodes };
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
