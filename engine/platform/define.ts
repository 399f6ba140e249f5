import type { Effect } from '../model/effect.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import type { NodeCosts, Sharing } from '../model/packing.ts';
import type { VNode } from '../model/vnode.ts';
import type { Requirement } from './requirements.ts';
import type { SettingDefinition } from './settings.ts';

/** How a vnode is realised: declared in `setup/<name>/_platform.ts` or `.yaml`, its work done by the stages of that folder. */
export interface PlatformDefinition {
  /** One line for lists and errors. */
  readonly summary: string;
  /** Other node types that this platform answers to. */
  readonly aliases?: readonly string[];
  /** More experimental interfaces than `count` are refused with `message`. */
  readonly interfaceLimit?: { readonly count: number; readonly message: string };
  /** Its nodes get an address on the control net from boss. */
  readonly controlNet?: boolean;
  /**
   * How its nodes get at the host's directories: they see all of them (`shared`, the default); over 9P; or its own stages give
   * them what the fact `fileSystems` says (`own`).
   */
  readonly hostFiles?: '9p' | 'own' | 'shared';
  /** What the host must have for it: looked at by `doctor`, and before anything is done for its nodes. */
  readonly requires?: readonly Requirement[];
  /**
   * How its nodes' links can be shaped: `vde`, at the switch port, without the platform's doing (the default); `endnode`,
   * by the node's own kernel, what it sends, by stages of the platform. Empty: not at all.
   */
  readonly shaping?: readonly ('vde' | 'endnode')[];
  /**
   * With whom its nodes may be on one pnode: with those of any platform that allows it (the default), with their `own`, or
   * with `none`.
   */
  readonly sharesPnode?: Sharing;
  /** The pass in which its nodes are packed, unless they say another; default 1. */
  readonly packingPass?: number;
  /**
   * What one of its nodes takes of a pnode, for the site's list of pnodes; nothing unless said. A node's own attributes
   * `containers:memory` (MiB) and `containers:cores` come first.
   */
  readonly resources?: NodeCosts;
  /** What a site can set: `platforms: { NAME: { KEY: value } }` in its site file. */
  readonly settings?: Readonly<Record<string, SettingDefinition>>;
  readonly verbs?: PlatformVerbs;
  /** What it does not offer: experiments that need it are refused, and the conformance kit asks for all else. */
  readonly lacks?: readonly Lack[];
}

/**
 * What a platform may lack: commands in nodes, `stop` and `start` of one node, start commands, routes (so that nodes reach
 * their neighbours only), `/var/benito` inside, an address on the control net, the host's directories.
 */
export type Lack = (typeof LACKS)[number];

/** All that a platform may lack. */
export const LACKS = [
  'configDirectory',
  'controlNet',
  'exec',
  'hostFiles',
  'routes',
  'startCommands',
  'stop',
] as const;

/** What can be done with a vnode, as data: the answers are kept in the journal, and outlive the stages. */
export interface PlatformVerbs {
  /** How a command gets into the node. */
  exec?(node: VNode, experiment: ExperimentFact): Entry;
  /** The command that `shell` runs through `exec`; unless said what `ssh` gives, or else `/bin/sh -l`. */
  shell?(node: VNode, experiment: ExperimentFact): readonly string[];
  /** The effect whose life is the node's: what `stop` ends, and `start` makes again. */
  alive?(node: VNode, experiment: ExperimentFact): Pick<Effect, 'kind' | 'name'>;
  /** A command of the host that attaches the user's terminal to the node's console, until it is left. */
  console?(node: VNode, experiment: ExperimentFact): readonly string[];
  /** A command of the host that logs in; what the user wrote behind `--` is appended as it is. */
  ssh?(node: VNode, experiment: ExperimentFact): readonly string[];
  /** How the node is asked to stop by itself, before its process is ended. */
  stop?(node: VNode, experiment: ExperimentFact): Farewell;
}

/** A command of the host that asks a node to stop by itself. */
export interface Farewell {
  readonly argv: readonly string[];
  /** How long the command and the node may take together; the node is ended then. */
  readonly seconds: number;
}

/** A way into a node. */
export interface Entry {
  /** Join these namespaces of a process effect's process. */
  readonly process?: string;
  readonly namespaces?: readonly ('net' | 'mnt' | 'uts' | 'pid' | 'ipc')[];
  /** Put before the command, on the host (an `ssh` command line, say). */
  readonly argv?: readonly string[];
  /** A shell on the far side reads the command (ssh joins its words): each word is quoted for it. */
  readonly quoted?: true;
  /** The host's file system is the node's: the host's own tools can be run in it. */
  readonly hostTools?: boolean;
}

/** A platform: the default export of `setup/<name>/_platform.ts` or `.yaml`. */
export function definePlatform(definition: PlatformDefinition): PlatformDefinition {
  return definition;
}
