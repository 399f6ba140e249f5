/**
 * A vnode as launch sees it: read from topo.xml, with everything that setup decided.
 */
export interface VNode {
  readonly name: string;
  readonly platform: string;
  readonly pnode: string;
  readonly interfaces: readonly VInterface[];
  /** The start command, exactly as written. */
  readonly startup?: string;
  readonly failureAction: 'fatal' | 'nonfatal';
  /** Resources are given, the node is not started. */
  readonly ghost: boolean;
  /** All attributes of the computer in topo.xml; the first of a name wins. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** What boss gave it on the control net. */
  readonly control?: ControlAddress;
}

/** The seed's contract for platforms: the interface attributes of topo.xml. */
export interface VInterface {
  readonly name: string;
  readonly substrate: string;
  /** `ip4_address`, dotted. */
  readonly address: string;
  /** `ip4_netmask`, dotted. */
  readonly netmask: string;
  /** The netmask as a number of bits. */
  readonly prefix: number;
  /** `benito:mac_address`, lower case. */
  readonly mac: string;
  /** `benito:vde_switch`: full path of the switch's socket directory. */
  readonly switch: string;
  /** `benito:vde_port`. */
  readonly port: number;
}

export interface ControlAddress {
  readonly address: string;
  readonly prefix: number;
  readonly mac: string;
}
