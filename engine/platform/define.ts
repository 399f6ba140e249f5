import type { VNode } from '../model/vnode.ts';
import type { Effect } from '../model/effect.ts';

/** How a vnode is realised: declared in `setup/<name>/_platform.ts`, its work done by the stages of that folder. */
export interface PlatformDefinition {
  /** One line for lists and errors. */
  readonly summary: string;
  /** Other node types that this platform answers to. */
  readonly aliases?: readonly string[];
  /** More experimental interfaces than `count` are refused with `message`. */
  readonly interfaceLimit?: { readonly count: number; readonly message: string };
  /** Its nodes get an address on the control net from boss. */
  readonly controlNet?: boolean;
  readonly verbs?: PlatformVerbs;
}

/** What can be done with a running vnode, as data. */
export interface PlatformVerbs {
  /** How a command gets into the node. */
  exec?(node: VNode): Entry;
  /** The command that `shell` runs through `exec`; default `/bin/sh -l`. */
  shell?(node: VNode): readonly string[];
  /** The effect whose life is the node's. */
  alive?(node: VNode): Pick<Effect, 'kind' | 'name'>;
}

/** A way into a node. */
export interface Entry {
  /** Join these namespaces of a process effect's process. */
  readonly process?: string;
  readonly namespaces?: readonly ('net' | 'mnt' | 'uts' | 'pid' | 'ipc')[];
  /** Put before the command, on the host (an `ssh` command line, say). */
  readonly argv?: readonly string[];
  /** The host's file system is the node's: the host's own tools can be run in it. */
  readonly hostTools?: boolean;
}

/** A platform: the default export of `setup/<name>/_platform.ts`. */
export function definePlatform(definition: PlatformDefinition): PlatformDefinition {
  return definition;
}
