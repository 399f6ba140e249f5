/** The host's directories, for nodes that cannot see them: the value of the fact `fileSystems`. */
export interface FileSystems {
  /** How they get there; `none` where no node needs them. */
  readonly server: 'diod' | 'virtio' | 'none';
  /** Root in a guest is root in these directories. */
  readonly trusted: boolean;
  readonly exports: readonly Export[];
  /** Users of the host who exist in the nodes too, with the same numbers. Root in a node stands for the first. */
  readonly accounts: readonly Account[];
  /** The 9P servers, one a pnode. */
  readonly servers: readonly FileServer[];
}

export interface Export {
  /** Where nodes have it, and what a 9P client attaches (`aname`). */
  readonly path: string;
  /** The directory of the host. */
  readonly directory: string;
  /** The host had none: it is made for the experiment, empty and open to all. */
  readonly made: boolean;
}

/** A user of the host, as its user database has him. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All of his groups, the first one among them. */
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string;
}

export interface FileServer {
  readonly pnode: string;
  /** On the control net. */
  readonly address: string;
  readonly port: number;
  /** The nodes that it serves, by their control-net addresses. */
  readonly clients: readonly { readonly node: string; readonly address: string }[];
}
