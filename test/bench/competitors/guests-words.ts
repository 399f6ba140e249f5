import { availableParallelism } from 'node:os';
import type {
  AddressSpec,
  BridgeSpec,
  CommandSpec,
  ProcessSpec,
  TapSpec,
} from '../../../engine/stage/effects.ts';
import type { GuestSpec, GuestsPlan } from '../guests-plan.ts';
import { CGROUPS } from './script.ts';

/** Everything that guests-script.py does. */
export interface Words {
  /** Of all that it starts; its own. */
  readonly cgroup: string;
  /** Lines for `ip -batch`. */
  readonly links: readonly string[];
  readonly unlinks: readonly string[];
  /** Values by file below /proc/sys. */
  readonly settings: Readonly<Record<string, string>>;
  readonly daemons: readonly (readonly string[])[];
  /** What has to be there, or accept, before guests start. */
  readonly sockets: readonly string[];
  readonly servers: readonly { readonly address: string; readonly port: number }[];
  /** Disks by the fresh ones that they are copies of. */
  readonly disks: Readonly<Record<string, string>>;
  readonly guests: readonly {
    readonly argv: readonly string[];
    /** The socket where QEMU asks for the file `identity`. */
    readonly port: string;
    readonly identity: string;
    readonly address: string;
  }[];
  readonly atATime: number;
  /** Sockets and directories of sockets that daemons leave behind. */
  readonly stale: readonly string[];
}

/** The product's plan for guests that boot, as words for the script. */
export function wordsOf({ effects, guests }: GuestsPlan): Words {
  const specsOf = (kind: string): readonly unknown[] =>
    effects.filter((effect) => effect.kind === kind).map(({ spec }) => spec);
  const bridges = specsOf('bridge') as readonly BridgeSpec[];
  const addresses = specsOf('address') as readonly AddressSpec[];
  const taps = specsOf('tap') as readonly TapSpec[];
  const daemons = effects
    .filter(({ kind, stage }) => kind === 'process' && stage !== 'launch/qemu/guests')
    .map(({ spec }) => spec as ProcessSpec);
  const disks = effects
    .filter(({ kind, stage }) => kind === 'command' && stage === 'launch/qemu/disks')
    .map(({ spec }) => (spec as CommandSpec).make[2]!);
  return {
    cgroup: `${CGROUPS}/script`,
    links: [
      ...bridges.map(({ device, mac }) => `link add ${device} address ${mac} type bridge`),
      ...addresses.map(({ address, device }) => `address add ${address} dev ${device}`),
      ...taps.flatMap(({ device, mac, bridge }) => [
        `tuntap add dev ${device} mode tap`,
        `link set dev ${device} address ${mac} master ${bridge} up`,
      ]),
      ...bridges.flatMap(({ device, routes = [] }) => [
        `link set ${device} up`,
        ...routes.map((to) => `route add ${to} dev ${device}`),
      ]),
    ],
    unlinks: [...taps, ...bridges].map(({ device }) => `link delete ${device}`),
    settings: Object.fromEntries([
      ...bridges.flatMap(({ device, settings = {} }) =>
        Object.entries(settings).map(([key, value]) => [settingOf(device, key), value]),
      ),
      ...[...taps, ...bridges].map(({ device }) => [settingOf(device, 'ipv6/disable_ipv6'), '1']),
    ]) as Record<string, string>,
    daemons: daemons.map(({ argv }) => argv),
    sockets: daemons.flatMap(({ ready }) => ready?.socket ?? []),
    servers: daemons.flatMap(({ ready }) => ready?.tcp ?? []),
    disks: Object.fromEntries(disks.map((disk) => [`${disk}.fresh`, disk])),
    guests: guests.map((guest) => ({
      argv: machineOf(guest),
      port: portOf(guest),
      identity: identityOf(guest),
      address: guest.ready.address,
    })),
    atATime: availableParallelism(),
    stale: [
      ...daemons.flatMap(({ creates = [] }) => creates),
      ...guests.flatMap(({ folder }) => ['pid', 'qmp', 'console', 'port'].map((name) => `${folder}/${name}`)),
    ],
  };
}

/** Where a guest's identity lies until it asks for it. */
export function identityOf({ folder }: GuestSpec): string {
  return `${folder}/identity`;
}

/** The same machine, with its interfaces plugged in from the start, as nobody is at its monitor. */
function machineOf(guest: GuestSpec): readonly string[] {
  const backends = new Map(
    guest.plugs.map(({ number, netdev: { type, ...options } }) => {
      const words = Object.entries(options).map(([key, value]) => `,${key}=${String(value)}`);
      return [`hubport,id=net${number},hubid=${number}`, `${String(type)},id=net${number}${words.join('')}`];
    }),
  );
  const argv = guest.argv.map((word) =>
    word.startsWith('socket,id=identity,')
      ? `socket,id=identity,path=${portOf(guest)}`
      : (backends.get(word) ?? word),
  );
  return [...argv, '-daemonize', '-pidfile', `${guest.folder}/pid`];
}

function portOf({ folder }: GuestSpec): string {
  return `${folder}/port`;
}

function settingOf(device: string, key: string): string {
  return `/proc/sys/net/${key.replace('/', `/conf/${device}/`)}`;
}
