import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { effectId } from '../model/effect.ts';
import type { Effect } from '../model/effect.ts';
import { UserError } from '../model/problem.ts';
import { commandParts } from './command-effect.ts';
import type { CommandInput, CommandSpec } from './command-effect.ts';

export type { BoundCommand, CommandInput, CommandSpec, ObservedCommand } from './command-effect.ts';

/**
 * The effects that stages can ask for. Each function makes a value; nothing happens here. Other effects are passed
 * as values (or named in `after`), which gives the edges.
 */
export const effect = {
  /** A directory; unmade when empty. */
  directory(spec: DirectorySpec, options: EffectOptions = {}): Effect<DirectorySpec> {
    return build('directory', spec.path, spec, options);
  },

  /** A text file with exactly this content. An earlier file of that name comes back when it is unmade. */
  file(spec: FileSpec, options: EffectOptions = {}): Effect<FileSpec> {
    return build('file', spec.path, spec, options);
  },

  /** A reproducible .tgz of other files. */
  archive(spec: ArchiveSpec, options: EffectOptions = {}): Effect<ArchiveSpec> {
    const members = spec.members.map(({ path }) => ({ kind: 'file', name: path }));
    return build('archive', spec.path, spec, options, { after: members });
  },

  /**
   * A limit of the host raised by what this experiment needs; what was there comes back with the last experiment.
   * @throws UserError where it does not have exactly one of `raiseBy` and `atLeast`.
   */
  sysctl(spec: SysctlSpec, options: EffectOptions = {}): Effect<SysctlSpec> {
    if ((spec.raiseBy === undefined) === (spec.atLeast === undefined)) throw badSysctl(spec.key);
    return build('sysctl', spec.key, spec, options);
  },

  /** A named network namespace, loopback up, with sysctls (`net/ipv4/ip_forward`: `1`). */
  netns(spec: NetnsSpec, options: EffectOptions = {}): Effect<NetnsSpec> {
    return build('netns', spec.name, spec, options);
  },

  /** A bridge of the host's own network namespace, quiet and without IPv6; an interface of the host may join it. */
  bridge(spec: BridgeSpec, options: EffectOptions = {}): Effect<BridgeSpec> {
    return build('bridge', spec.device, spec, options);
  },

  /** An address on a bridge. */
  address(spec: AddressInput, options: EffectOptions = {}): Effect<AddressSpec> {
    const device = spec.bridge.name;
    const flat = { address: spec.address, device };
    return build('address', `${device} ${spec.address}`, flat, options, { after: [spec.bridge] });
  },

  /** A persistent TAP with its MAC and addresses, in a network namespace or, as a port of a bridge maybe, in the host's own. */
  tap(spec: TapInput, options: EffectOptions = {}): Effect<TapSpec> {
    const { netns, bridge, addresses = [], ...rest } = spec;
    const flat = {
      ...rest,
      addresses,
      ...(netns && { netns: netns.name }),
      ...(bridge && { bridge: bridge.name }),
    };
    const name = netns ? `${netns.name}/${spec.device}` : spec.device;
    return build('tap', name, flat, options, {
      ...(netns && { within: [netns] }),
      ...(bridge && { after: [bridge] }),
    });
  },

  /** The routes of a route file, in a network namespace, set by the routes script. */
  routes(spec: RoutesInput, options: EffectOptions = {}): Effect<RoutesSpec> {
    const { netns, script = join(packageRoot(), 'launch/routes'), ...rest } = spec;
    const flat = { ...rest, script, netns: netns.name };
    return build('routes', netns.name, flat, options, { within: [netns] });
  },

  /** A long-lived process tree in a cgroup of its own. */
  process(spec: ProcessInput, options: EffectOptions = {}): Effect<ProcessSpec> {
    const { name, netns, enter, ...rest } = spec;
    const flat = { ...rest, ...(netns && { netns: netns.name }), ...(enter && { enter: enter.name }) };
    const implied = { ...(netns && { diesWith: [netns] }), ...(enter && { after: [enter] }) };
    return build('process', name, flat, options, implied);
  },

  /** A command that runs once per incarnation of the process whose namespaces it enters; never undone. */
  task(spec: TaskInput, options: EffectOptions = {}): Effect<TaskSpec> {
    const { name, enter, ...rest } = spec;
    return build(
      'task',
      name,
      { ...rest, enter: enter.name },
      { keep: 'history', ...options },
      { diesWith: [enter] },
    );
  },

  /** Anything else, as commands: argv only, never a shell. `of`: what it makes lives in these processes. */
  command(input: CommandInput, options: EffectOptions = {}): Effect<CommandSpec> {
    const { spec, diesWith } = commandParts(input);
    return build('command', input.identity, spec, options, { diesWith });
  },
};

export interface EffectOptions {
  /** Made after these. */
  readonly after?: readonly Effect<unknown>[];
  /** These take it along when they go. */
  readonly within?: readonly Effect<unknown>[];
  /** It has to be made again when one of these was. */
  readonly diesWith?: readonly Effect<unknown>[];
  /** The vnode that this effect realises a part of. */
  readonly node?: string;
  /** `nonfatal`: a failure is reported and the rest goes on (the node's failureaction). */
  readonly failure?: 'fatal' | 'nonfatal';
  /** `user`: `down` keeps it, `down --purge` removes it. `history`: a one-shot, never undone. */
  readonly keep?: 'user' | 'history';
  /** Several experiments may ask for it; the last one to go unmakes it. */
  readonly shared?: boolean;
  /** How many of the host's CPU cores it keeps busy while it is made: held back until they are free. */
  readonly weight?: number;
}

export interface DirectorySpec {
  readonly path: string;
  /** Octal, such as `0755`. */
  readonly mode?: string;
}

export interface FileSpec {
  readonly path: string;
  readonly content: string;
  /** Octal; default `0644`. */
  readonly mode?: string;
  /** Rewrite the same inode instead of replacing it: for files that are bind-mounted elsewhere. */
  readonly inPlace?: boolean;
}

export interface ArchiveSpec {
  readonly path: string;
  /** What member names are relative to. */
  readonly root: string;
  readonly members: readonly { readonly path: string; readonly sha256: string }[];
}

/** A limit of the host: the needs of experiments add up, or the greatest counts. */
export type SysctlSpec = {
  /** A path below /proc/sys that holds one number. */
  readonly key: string;
} & (
  | { readonly raiseBy: number; readonly atLeast?: undefined }
  | { readonly atLeast: number; readonly raiseBy?: undefined }
);

export interface NetnsSpec {
  readonly name: string;
  /** Paths below /proc/sys, written in this order before any interface exists. */
  readonly sysctls?: Readonly<Record<string, string>>;
}

export interface BridgeSpec {
  readonly device: string;
  /** Default: that of the interface that joins, or one that the kernel draws. */
  readonly mac?: string;
  /** Prefixes that are reached over it without a gateway. */
  readonly routes?: readonly string[];
  /** Of this interface, below /proc/sys/net: `ipv4/rp_filter`: `1`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** This interface of the host becomes a port; its addresses and routes move to the bridge, and back when it goes. */
  readonly joins?: string;
}

export interface AddressSpec {
  readonly device: string;
  /** `10.0.0.1/24`. */
  readonly address: string;
}
export type AddressInput = Pick<AddressSpec, 'address'> & { readonly bridge: Effect<BridgeSpec> };

export interface TapSpec {
  /** Absent: the host's own network namespace. */
  readonly netns?: string;
  readonly device: string;
  readonly mac: string;
  /** `10.0.0.1/24`. */
  readonly addresses: readonly string[];
  readonly mtu?: number;
  /** It is a port of this bridge, in the host's own network namespace. */
  readonly bridge?: string;
}
export type TapInput = Omit<TapSpec, 'netns' | 'bridge' | 'addresses'> & {
  readonly addresses?: readonly string[];
  readonly netns?: Effect<NetnsSpec>;
  readonly bridge?: Effect<BridgeSpec>;
};

export interface RoutesSpec {
  readonly netns: string;
  /** The routes script, its config directory and host name. */
  readonly script: string;
  readonly configDir: string;
  readonly hostname: string;
  /** What the route file holds: one `PREFIX via ADDRESS` or `unreachable PREFIX` a line. */
  readonly table: string;
}
export type RoutesInput = Omit<RoutesSpec, 'netns' | 'script'> & {
  readonly netns: Effect<NetnsSpec>;
  /** Default: `launch/routes` of this installation. */
  readonly script?: string;
};

export interface ProcessSpec {
  readonly argv: readonly string[];
  /** Run in this network namespace. */
  readonly netns?: string;
  /** Start in the mount namespace of that process effect, which it may outlive. */
  readonly enter?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `exits`: the command returns once the daemon that it left behind is at work. `stays`: it is the process. */
  readonly start?: 'exits' | 'stays';
  /** Files, sockets and directories that it makes: stale ones are removed before it starts and after it has gone. */
  readonly creates?: readonly string[];
  readonly ready?: Readiness;
  /** Scheduling priority from -20 (first) to 19, once it is ready; where the host does not allow it, that of others. */
  readonly nice?: number;
  /** For messages: what this process is. */
  readonly label?: string;
}
export type ProcessInput = Omit<ProcessSpec, 'netns' | 'enter'> & {
  readonly name: string;
  readonly netns?: Effect<NetnsSpec>;
  readonly enter?: Effect<ProcessSpec>;
};

/** How it is known that a process is at work; looked at until `seconds` have passed. */
export interface Readiness {
  /** A Unix socket that accepts, or a file that exists. */
  readonly socket?: string;
  readonly file?: string;
  /** A TCP port that accepts, seen from the host's own network namespace. */
  readonly tcp?: { readonly address: string; readonly port: number };
  /** Default 10. */
  readonly seconds?: number;
}

export interface TaskSpec {
  readonly enter: string;
  readonly argv: readonly string[];
  /** How it gets there if not through namespaces: a command of this host that hands words to a shell of the node's (ssh). */
  readonly through?: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Gets the exit status, in decimal, when it has ended. */
  readonly status: string;
}
export type TaskInput = Omit<TaskSpec, 'enter'> & {
  readonly name: string;
  readonly enter: Effect<ProcessSpec>;
};

function badSysctl(key: string): UserError {
  return new UserError({
    code: 'bad-sysctl-effect',
    message: `effect.sysctl '${key}' has not exactly one of 'raiseBy' and 'atLeast'`,
    hint: 'give { key, raiseBy } where needs add up, or { key, atLeast } where the greatest counts',
  });
}

type Identity = Pick<Effect, 'kind' | 'name'>;

function build<Spec>(
  kind: string,
  name: string,
  spec: Spec,
  options: EffectOptions,
  implied: { readonly [K in 'after' | 'within' | 'diesWith']?: readonly Identity[] } = {},
): Effect<Spec> {
  const ids = (...lists: (readonly Identity[] | undefined)[]): readonly string[] => [
    ...new Set(lists.flatMap((list) => list ?? []).map(effectId)),
  ];
  return {
    kind,
    name,
    spec,
    edges: {
      after: ids(implied.after, options.after),
      within: ids(implied.within, options.within),
      diesWith: ids(implied.diesWith, options.diesWith),
    },
    ...(options.node !== undefined && { node: options.node }),
    ...(options.failure && { failure: options.failure }),
    ...(options.keep && { keep: options.keep }),
    ...(options.shared && { shared: true }),
    ...(options.weight !== undefined && { weight: options.weight }),
  };
}
