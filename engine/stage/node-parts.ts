import type { ExperimentFact } from '../model/experiment.ts';
import type { Effect } from '../model/effect.ts';
import type { VNode } from '../model/vnode.ts';
import { effect } from './effects.ts';
import type { NetnsSpec, ProcessSpec, TapSpec, TaskSpec } from './effects.ts';

/** Frames that a socket of a switch or a plug takes before its owner has read any: of the kernel's own 10 many are lost. */
export const SOCKET_QUEUE = { key: 'net/unix/max_dgram_qlen', frames: 512 } as const;

/** Ahead of what nodes compute: they are the experiment's cables. */
export const CABLE_PRIORITY = -15;

/**
 * The network namespace of a node that has no kernel of its own, PROJECT.EXPERIMENT.NODE: forwarding where the node has
 * several interfaces, IPv6 as the site says.
 */
export function nodeNamespace(
  { project, name: experiment }: ExperimentFact,
  { name, interfaces, failureAction }: VNode,
  { ipv6 }: { readonly ipv6: boolean },
): Effect<NetnsSpec> {
  const sysctls = {
    ...(!ipv6 && {
      'net/ipv6/conf/all/disable_ipv6': '1',
      'net/ipv6/conf/default/disable_ipv6': '1',
    }),
    // A multi-homed node answers on every one of its addresses, whichever way the question came.
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv4/conf/default/rp_filter': '0',
    ...(interfaces.length > 1 && { 'net/ipv4/ip_forward': '1' }),
    [SOCKET_QUEUE.key]: String(SOCKET_QUEUE.frames),
  };
  return effect.netns(
    { name: `${project}.${experiment}.${name}`, sysctls },
    { node: name, failure: failureAction },
  );
}

/**
 * The interfaces of a node in that namespace: each a TAP, born there, and a vde_plug2tap that plugs it into its switch
 * port. A node that was stopped is silent, though its namespace stays: a plug dies with its node.
 */
export function nodeInterfaces(
  { name: node, interfaces, failureAction }: VNode,
  netns: Effect<NetnsSpec>,
  {
    switches,
    diesWith,
  }: {
    /** The fact `switchProcesses`. */
    readonly switches: Readonly<Record<string, Effect<ProcessSpec>>>;
    /** What the node itself is. */
    readonly diesWith: Effect<unknown>;
  },
): readonly Effect<TapSpec | ProcessSpec>[] {
  const options = { node, failure: failureAction } as const;
  return interfaces.flatMap((one): Effect<TapSpec | ProcessSpec>[] => {
    const addresses = [`${one.address}/${one.prefix}`];
    const tap = effect.tap({ netns, device: one.name, mac: one.mac, addresses }, options);
    const plug = effect.process(
      {
        name: `plug-${node}.${one.name}`,
        label: `the plug of ${node}/${one.name} in port ${one.port} of ${one.substrate}`,
        netns,
        argv: ['vde_plug2tap', '--daemon', '--sock', one.switch, '--port', String(one.port), one.name],
        nice: CABLE_PRIORITY,
      },
      { ...options, diesWith: [tap, switches[one.substrate]!, diesWith] },
    );
    return [tap, plug];
  });
}

/**
 * The start command of a node, exactly as written, once in each life of the node; it may fail without failing the
 * experiment. Its output and exit status are in the log directory: NODE/start_command.out, .err and .status.
 * @returns nothing where the node has none.
 */
export function startCommand(
  { logDir }: ExperimentFact,
  { name, startup }: VNode,
  {
    enter,
    through,
    after,
  }: {
    /** The node's first process. */
    readonly enter: Effect<ProcessSpec>;
    /** As in `effect.task`. */
    readonly through?: readonly string[];
    readonly after: readonly Effect<unknown>[];
  },
): readonly Effect<TaskSpec>[] {
  if (startup === undefined) return [];
  const log = `${logDir}/${name}/start_command`;
  const started = effect.task(
    {
      name: `start-${name}`,
      enter,
      ...(through && { through }),
      argv: ['sh', '-c', startup],
      stdout: `${log}.out`,
      stderr: `${log}.err`,
      status: `${log}.status`,
    },
    { after, node: name, failure: 'nonfatal' },
  );
  return [started];
}
