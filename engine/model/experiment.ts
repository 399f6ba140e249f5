import type { Topology } from './topology.ts';
import type { ControlAddress } from './vnode.ts';

/** What the user asked for, and what setup decides: the values of facts. */

/** Earlier answers are inputs: what was given before is kept. */
export interface Previous {
  /** The final topology of then. */
  readonly topology: Topology;
  readonly switches: readonly SwitchFact[];
}

export interface Request {
  /** `--as TYPE=PLATFORM`. */
  readonly as: Readonly<Record<string, string>>;
  /** `--default-platform`, for nodes that name none. */
  readonly defaultPlatform?: string;
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
