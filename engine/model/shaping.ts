/** What links do to frames: as the experiment asks for it, and as delay elements carry it out. */

/** What happens to frames in one direction; what is not said does not happen. */
export interface Wire {
  /** ms. */
  readonly delay?: number;
  /** ms, around the delay, evenly spread; frames keep their order. */
  readonly jitter?: number;
  /** kb/s, of whole frames at layer 2. */
  readonly rate?: number;
  /** Bytes that may wait for their turn where there is a rate; what comes on top is lost. */
  readonly queue?: number;
  /** Probability that a frame is lost. */
  readonly loss?: number;
  /** Mean number of frames lost in a row; 1 unless said. */
  readonly burst?: number;
  /** Probability that a frame comes twice. */
  readonly duplicate?: number;
  /** Nothing passes. */
  readonly down?: true;
}

/** Between a node and its network. */
export interface Leg {
  readonly node: string;
  readonly interface: string;
  /** `benito:vde_switch`: full path of the socket directory. */
  readonly switch: string;
  /** `benito:vde_port`. */
  readonly port: number;
  /** From the node into the network. */
  readonly out: Wire;
  /** From the network to the node. */
  readonly in: Wire;
}

/** A substrate as its links are to be. Between two of its nodes frames pass the first's `out` and the second's `in`. */
export interface NetworkShape {
  readonly substrate: string;
  /** Who does it, or could: delay elements beside the switch, the nodes themselves, each for what it sends, or nobody. */
  readonly by: 'vde' | 'endnode' | 'none';
  /** Why nobody could, to be said of the network. */
  readonly because?: string;
  readonly legs: readonly Leg[];
}

/** What passes frames between two ports of one switch. */
export interface DelayElement {
  readonly substrate: string;
  /** Full path of the switch's socket directory. */
  readonly switch: string;
  /** The node whose port it keeps apart. */
  readonly node: string;
  readonly port: number;
  /** The port of the switch that leads to that node: alone with it in a VLAN of the node's port number. */
  readonly inner: number;
  /** The port in the VLAN that all others share. */
  readonly outer: number;
  /** From the node. */
  readonly out: Wire;
  /** To the node. */
  readonly in: Wire;
}

/** The VLANs of a switch beside 0, which holds every port that is in no other. */
export interface SwitchVlans {
  readonly substrate: string;
  /** Full path of the switch's socket directory. */
  readonly switch: string;
  readonly vlans: readonly { readonly vlan: number; readonly ports: readonly number[] }[];
}

/** What `shape` changes of a network or of one node's leg; what is not named stays as the experiment has it. */
export type ShapeChange = Pick<Wire, 'delay' | 'jitter' | 'rate' | 'loss' | 'duplicate'> & {
  readonly down?: true;
};

/** Changes by `SUBSTRATE`, or `NODE:SUBSTRATE`. */
export type ShapeChanges = Readonly<Record<string, ShapeChange>>;
