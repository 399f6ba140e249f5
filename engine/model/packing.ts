/** What a user or a site asks of the packing: as the options of the command line are called. */
export interface PackingWishes {
  /** Nodes on a pnode, at most. */
  readonly packing: number;
  /** Pnodes in each pass; comes before `packing`. */
  readonly size?: number;
  /** Equal numbers of nodes, whatever is between them. */
  readonly nodesOnly: boolean;
  /** By the number of the pass. */
  readonly passPack?: Readonly<Record<string, number>>;
  readonly passSize?: Readonly<Record<string, number>>;
  readonly passNodesOnly?: readonly number[];
}

/** What the command line asks of the packing. */
export interface PackingRequest extends Partial<PackingWishes> {
  /** What the experiment and earlier runs say of partitions does not count. */
  readonly force?: boolean;
}

/** With whom nodes of a platform may be on one pnode: with any that allow it, with their own, or with nobody. */
export type Sharing = 'any' | 'own' | 'none';

/** How much one node takes of something: the first rule that has an answer counts. */
export type Cost = number | readonly CostRule[];

/**
 * An attribute of the node, or a setting of its platform: the number that it is, if greater than zero, or, with
 * `values`, the number that its text stands for.
 */
export interface CostRule {
  readonly attribute?: string;
  readonly setting?: string;
  readonly values?: Readonly<Record<string, number>>;
  /** With `values`: what any other text stands for. */
  readonly otherwise?: number;
}

/** What one node takes of a pnode: MiB, and cores (0.25: four nodes a core). */
export interface NodeCosts {
  readonly memory?: Cost;
  readonly cores?: Cost;
}

/** A physical node that a site has. */
export interface PnodeSetting {
  readonly name: string;
  /** MiB. */
  readonly memory?: number | undefined;
  readonly cores?: number | undefined;
  /** How many substrates may lead out of it. */
  readonly interfaces?: number | undefined;
  /** The platforms that it can host; all unless said. */
  readonly platforms?: readonly string[] | undefined;
}
