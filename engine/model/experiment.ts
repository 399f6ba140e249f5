import type { NodeCosts, PackingRequest, Sharing } from './packing.ts';
import type { Topology } from './topology.ts';
import type { ControlAddress } from './vnode.ts';

/** What the user asked for, and what setup decides: the values of facts. */

/** Earlier answers are inputs: what was given before is kept. */
export interface Previous {
  /** The final topology of then. */
  readonly topology: Topology;
  readonly switches: readonly SwitchFact[];
  readonly embedding?: Embedding;
  readonly crossings?: readonly Crossing[];
}

export interface Request {
  /** `--as TYPE=PLATFORM`. */
  readonly as: Readonly<Record<string, string>>;
  /** `--default-platform`, for nodes that name none. */
  readonly defaultPlatform?: string;
  /** `--end-node-shaping` or `--vde-switch-shaping`, instead of what the site's settings say. */
  readonly endNodeShaping?: boolean;
  /** `--packing` and the options beside it; absent where none was given. */
  readonly packing?: PackingRequest;
}

export interface ExperimentFact {
  /** Eight hexadecimal digits, from PROJECT/NAME: what kernel names derive from. */
  readonly id: string;
  readonly project: string;
  readonly name: string;
  /** `--var`: what `/var/benito` was. */
  readonly varDir: string;
  /** `varDir/config`. */
  readonly configDir: string;
  /** `varDir/log`. */
  readonly logDir: string;
  /** Sockets and other things that live no longer than the experiment runs. */
  readonly stateDir: string;
}

export interface PlatformFact {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Largest number of experimental interfaces, with the message for more. */
  readonly interfaceLimit?: { readonly count: number; readonly message: string };
  /** Whether its nodes get an address on the control net. */
  readonly controlNet: boolean;
  /** Whether its nodes see the host's directories, or need a file server. */
  readonly hostFiles: '9p' | 'own' | 'shared';
  /** How its nodes' links can be shaped. */
  readonly shaping: readonly ('vde' | 'endnode')[];
  /** With whom its nodes may be on one pnode. */
  readonly sharesPnode: Sharing;
  /** The pass in which its nodes are packed, unless they say another. */
  readonly packingPass: number;
  readonly resources: NodeCosts;
}

/** A physical node. */
export interface PnodeFact {
  readonly name: string;
  /** What boss gave it on the control net. */
  readonly control?: ControlAddress;
}

export interface Embedding {
  readonly pnodes: readonly {
    readonly name: string;
    /** What the site calls it; absent where the site lists no pnodes. */
    readonly host?: string;
    readonly partitions: readonly string[];
    readonly nodes: readonly string[];
  }[];
}

export interface SwitchFact {
  readonly substrate: string;
  readonly pnode: string;
  /** Full path of the socket directory. */
  readonly socket: string;
  /** What `vde_switch -n` gets: counts port 0. */
  readonly ports: number;
}

/** A substrate that nodes of several pnodes are on: a switch in each of them, and what is to join these. */
export interface Crossing {
  readonly substrate: string;
  /** Together they join all its switches, without a circle. */
  readonly trunks: readonly (readonly [TrunkEnd, TrunkEnd])[];
}

/** The switch port that is kept free for a trunk. */
export interface TrunkEnd {
  readonly pnode: string;
  /** Full path of the switch's socket directory on that pnode. */
  readonly socket: string;
  readonly port: number;
}

/** Who hosts whom: pnode -> platform -> nodes. */
export type Children = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface RouteTableFact {
  readonly node: string;
  /** What `route/NODE` holds: one `PREFIX via ADDRESS` or `unreachable PREFIX` a line. */
  readonly table: string;
}

export interface LeaseFact {
  /** A vnode's or a pnode's name. */
  readonly node: string;
  readonly address: string;
  readonly prefix: number;
  readonly mac: string;
}
