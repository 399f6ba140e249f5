/** A network as other people's files describe it: what every reader of such a file gives. */
export interface ImportedGraph {
  readonly form: 'graphml' | 'rocketfuel';
  /** In the order of the file; ids are unique. */
  readonly nodes: readonly GraphNode[];
  /** In the order of the file; both ends are ids of nodes. */
  readonly edges: readonly GraphEdge[];
  /** What the reader had to pass over or put together. */
  readonly notes: readonly ImportNote[];
}

export interface GraphNode {
  readonly id: string;
  /** What the file calls it for people: need be neither unique nor there. */
  readonly label?: string;
  /** Stands for a link of many ends, and not for a machine. */
  readonly hub: boolean;
  readonly at?: Position;
}

/** A point on the earth, in degrees. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** A link of two ends, or one leg of a hub. It works both ways, whatever direction the file gives it. */
export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  /** kb/s */
  readonly rate?: number;
  /** Where the rate stands: as a number of its own, or in words that are for people. */
  readonly rateFrom?: 'file' | 'label';
  /** ms, one way */
  readonly delay?: number;
  /** Further values of the link that TopDL has no element for, as attributes. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

/** Something about a file that its owner should know of: what was renamed, merged, left apart or left out. */
export interface ImportNote {
  /** Stable, kebab-case: `parallel-links`. */
  readonly code: string;
  readonly message: string;
  /** What it is about: names, or pairs of them. All of them. */
  readonly items: readonly string[];
}
