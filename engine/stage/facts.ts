import type { Settings } from '../config/settings.ts';
import type { Effect } from '../model/effect.ts';
import type {
  Children,
  Crossing,
  Embedding,
  ExperimentFact,
  LeaseFact,
  PlatformFact,
  PnodeFact,
  Previous,
  Request,
  RouteTableFact,
  SwitchFact,
} from '../model/experiment.ts';
import type { FileSystems } from '../model/file-systems.ts';
import type { DelayElement, NetworkShape, ShapeChanges, SwitchVlans } from '../model/shaping.ts';
import type { Topology } from '../model/topology.ts';
import type { VNode } from '../model/vnode.ts';
import type { ProcessSpec } from './effects.ts';

/** A fact that one stage provides: readers see its value. */
export interface One<T> {
  readonly cardinality: 'one';
  readonly value: T;
}

/** A fact that every platform (and the pnode's own stages) may add to: readers see all values, in stage order. */
export interface Many<T> {
  readonly cardinality: 'many';
  readonly value: T;
}

/**
 * Every fact's name and type. Authors of stages add theirs by declaration merging:
 *
 *     declare module 'benito-pipeline' { interface Facts { controlTaps: One<readonly string[]> } }
 *
 * Facts are JSON values (effects are JSON too). A fact that this interface does not know can still be used; its
 * type is then `unknown`.
 */
export interface Facts {
  /** What the command line asked for. Engine, experiment scope. */
  request: One<Request>;
  /** Who the experiment is and where its things live. Engine. */
  experiment: One<ExperimentFact>;
  /** The site settings in force. Engine; read back from `site.yaml`. */
  settings: One<Settings>;
  /** The platforms that this installation offers. Engine. */
  platforms: One<readonly PlatformFact[]>;
  /** The user's topology (`experiment.xml`), regions expanded. Engine. */
  source: One<Topology>;
  /** What an earlier setup decided, or null. Engine. */
  previous: One<Previous | null>;
  /** Every computer with a platform as `containers:node_type`. `annotated.xml`. */
  annotated: One<Topology>;
  /** Every computer with a partition. `partitioned.xml`, `assignment`. */
  partitioned: One<Topology>;
  /** Which pnode hosts which partition. `embedding.yaml`. */
  embedding: One<Embedding>;
  /** The nodes of every pnode by platform. `children/`. */
  children: One<Children>;
  /** The pnodes, and the substrates that lead from one to another. `phys_topo.xml`. */
  physical: One<Topology>;
  /** Every interface with `ip4_address` and `ip4_netmask`. */
  addressed: One<Topology>;
  /** Every interface with `benito:mac_address` too. */
  identified: One<Topology>;
  /** Every interface with `benito:vde_switch` and `benito:vde_port` too. */
  wired: One<Topology>;
  /** The VDE switches of the experiment. `switch/`. */
  switches: One<readonly SwitchFact[]>;
  /** What the links are to do, as the experiment asks for it. `shaping.yaml`. */
  shaping: One<readonly NetworkShape[]>;
  /** What carries that out beside the switches. `wirefilters.yaml`. */
  delayElements: One<readonly DelayElement[]>;
  /** The VLANs of the switches that have any. `switch_extra.yaml`. */
  vlans: One<readonly SwitchVlans[]>;
  /** What `shape` has changed of the running experiment. Engine, launch. */
  shapeChanges: One<ShapeChanges>;
  /** What is to join the switches of substrates that several pnodes have nodes on. `crossings.yaml`. */
  crossings: One<readonly Crossing[]>;
  /** The routing table of every node. `route/`. */
  routes: One<readonly RouteTableFact[]>;
  /** What boss gave, by node or pnode name. */
  leases: One<readonly LeaseFact[]>;
  /** The host's directories in nodes that cannot see them. `file_systems.yaml`. */
  fileSystems: One<FileSystems>;
  /** The final topology, hosts included. `topo.xml`. */
  topology: One<Topology>;
  /** The text of `/etc/hosts` in every node. `hosts`. */
  hosts: One<string>;
  /** Names of the nodes that get resources and are not started. `ghosts`. */
  ghosts: One<readonly string[]>;
  /** Every file of the config directory so far. Engine, for closing stages of setup. */
  configFiles: One<readonly { readonly path: string; readonly sha256: string }[]>;
  /** The physical node that this launch runs on. Engine, launch and the platforms' folders of setup. */
  pnode: One<PnodeFact>;
  /** The vnodes on this pnode; in a platform's folder, those of the platform. Engine, launch. */
  nodes: One<readonly VNode[]>;
  /** The running switches of this pnode, by substrate. Launch. */
  switchProcesses: One<Readonly<Record<string, Effect<ProcessSpec>>>>;
  /** What delays the frames of the shaped ones of them, by substrate: start commands come after it by themselves. Launch. */
  linkShapers: One<Readonly<Record<string, Effect<ProcessSpec>>>>;
}

export type FactName = keyof Facts;

/** What a stage sees of a fact. */
export type Read<F> = F extends Many<infer T> ? readonly T[] : F extends One<infer T> ? T : never;

/** What a stage gives for a fact. */
export type Given<F> = F extends Many<infer T> ? T : F extends One<infer T> ? T : never;
