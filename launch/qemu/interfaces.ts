import { defineStage, effect, hashedMac, interfaceName } from 'benito-pipeline';
import type { Effect, One, VInterface } from 'benito-pipeline';
import type { Network } from './_machine.ts';

/** How the interfaces of a guest get to their switch ports, the control interface first. */
export interface GuestNetworks {
  readonly networks: readonly Network[];
  /** What QEMU is given while it runs. */
  readonly plugs: readonly Plug[];
  /** What it is given as file descriptors when it starts. */
  readonly pairs: readonly { readonly switch: string; readonly port: number }[];
  /** What must be there before. */
  readonly after: readonly Effect<unknown>[];
}

export interface Plug {
  /** Of the interface, from 0. */
  readonly number: number;
  /** For messages. */
  readonly label: string;
  /** The arguments of QMP's netdev_add, without id. */
  readonly netdev: Readonly<Record<string, unknown>>;
  /** A file that is as old as what it is plugged into. */
  readonly otherSide: string;
  /** When one of these was made anew it has to be plugged in again. */
  readonly diesWith: readonly Effect<unknown>[];
}

declare module 'benito-pipeline' {
  interface Facts {
    /** By node. */
    guestNetworks: One<Readonly<Record<string, GuestNetworks>>>;
  }
}

/** QEMU speaks VDE itself; where it is not to, TAPs do, in the seed's spirit, or, as its last resort, file descriptors. */
export default defineStage({
  summary: 'Lay the ways from the QEMU guests to their switch ports',
  needs: ['experiment', 'nodes', 'guestRoots', 'controlTaps', 'switchProcesses'],
  provides: ['guestNetworks'],
  plan({ facts: { experiment, nodes, guestRoots, controlTaps, switchProcesses } }) {
    const effects: Effect<unknown>[] = [];
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name: node, interfaces, control, failureAction }) => {
        const own: Effect<unknown>[] = [];
        const networks: Network[] = [];
        const plugs: Plug[] = [];
        const pairs: { switch: string; port: number }[] = [];
        const tap = controlTaps[node];
        if (control && tap) {
          networks.push({ to: 'hub', mac: control.mac });
          plugs.push({
            number: 0,
            label: `${node}/control0`,
            ...intoTap(tap.spec.device),
            diesWith: [tap],
          });
        }
        for (const one of interfaces) {
          const number = networks.length;
          const label = `${node}/${one.name}`;
          const plugged = switchProcesses[one.substrate]!;
          switch (guestRoots[node]!.network) {
            case 'vde':
              networks.push({ to: 'hub', mac: one.mac });
              plugs.push({
                number,
                label,
                netdev: { type: 'vde', sock: one.switch, port: one.port },
                otherSide: `${one.switch}/ctl`,
                diesWith: [plugged],
              });
              break;
            case 'tap': {
              const options = { node, failure: failureAction } as const;
              const parts = throughTaps(experiment.id, node, one, plugged, options);
              effects.push(...parts.effects);
              networks.push({ to: 'hub', mac: one.mac });
              plugs.push({
                number,
                label,
                ...intoTap(parts.device),
                diesWith: parts.effects.slice(0, 1),
              });
              own.push(...parts.effects);
              break;
            }
            case 'fd':
              networks.push({ to: 'descriptor', number: 3 + pairs.length, mac: one.mac });
              pairs.push({ switch: one.switch, port: one.port });
              own.push(plugged);
          }
        }
        const after = [...own, ...plugs.flatMap(({ diesWith }) => diesWith)];
        return [node, { networks, plugs, pairs, after }] as const;
      });
    return { effects, facts: { guestNetworks: Object.fromEntries(byNode) } };
  },
});

function intoTap(device: string): Pick<Plug, 'netdev' | 'otherSide'> {
  return {
    netdev: { type: 'tap', ifname: device, script: 'no', downscript: 'no' },
    otherSide: `/sys/class/net/${device}/ifindex`,
  };
}

/**
 * QEMU's TAP and one for vde_plug2tap, joined by a bridge: each TAP has room for one program. The QEMU of the seed's day had
 * to be told the name of a TAP that vde_plug2tap held already; the kernel refuses that.
 */
function throughTaps(
  id: string,
  node: string,
  one: VInterface,
  plugged: Effect,
  options: { readonly node: string; readonly failure: 'fatal' | 'nonfatal' },
): { readonly device: string; readonly effects: readonly Effect<unknown>[] } {
  const name = (prefix: string): string => interfaceName(prefix, id, node, one.name);
  const mac = (device: string): string => hashedMac(`${device}\n${id}`);
  const bridge = effect.bridge({ device: name('bb'), mac: mac(name('bb')) }, options);
  const [inner, outer] = ['bq', 'bp'].map((prefix) =>
    effect.tap({ device: name(prefix), mac: mac(name(prefix)), bridge }, options),
  );
  const plug = effect.process(
    {
      name: `plug-${node}.${one.name}`,
      label: `the plug of ${node}/${one.name} in port ${one.port} of ${one.substrate}`,
      argv: ['vde_plug2tap', '--daemon', '--sock', one.switch, '--port', String(one.port), name('bp')],
    },
    { ...options, diesWith: [outer!, plugged] },
  );
  return { device: name('bq'), effects: [inner!, outer!, bridge, plug] };
}
