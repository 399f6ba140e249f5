import { defineStage, effect, fileBeside, hashedMac, interfaceName } from 'benito-pipeline';
import type { Effect, One, ProcessSpec } from 'benito-pipeline';

/** A switch that guests are plugged into. */
export interface UmlSwitch {
  /** Its socket directory. */
  readonly socket: string;
  readonly process: Effect<ProcessSpec>;
  /** Lets in who is no root: made anew with the switch. */
  readonly door: Effect;
}

declare module 'benito-pipeline' {
  interface Facts {
    /** The switches that guests of this pnode are plugged into, by socket directory. */
    umlSwitches: One<Readonly<Record<string, UmlSwitch>>>;
    /** The socket directory of the guests' switch on the control net. */
    umlControlSwitch: One<string>;
  }
}

/**
 * Guests have VDE and nothing else: on the control net too, where a switch of their own has a TAP in the control bridge. Switches
 * let root in only; the folder that holds them still does, so that a door opens to those alone who have it in their root.
 */
export default defineStage({
  summary: 'Open the VDE switches to the User-Mode Linux guests, and put one on the control bridge',
  needs: ['experiment', 'nodes', 'umlFolder', 'controlBridge', 'switchProcesses'],
  provides: ['umlSwitches', 'umlControlSwitch'],
  plan({ facts: { experiment, nodes, umlFolder, controlBridge, switchProcesses } }) {
    const awake = nodes.filter(({ ghost }) => !ghost);
    const socket = `${umlFolder.spec.path}/control_net`;
    if (awake.length === 0) return { facts: { umlSwitches: {}, umlControlSwitch: socket } };
    const { id } = experiment;
    const device = interfaceName('bu', id, 'control');
    const tap = effect.tap({ device, mac: hashedMac(`${device}\n${id}`), bridge: controlBridge });
    const control = effect.process(
      {
        name: 'uml-control-net',
        label: 'the VDE switch of the User-Mode Linux guests on the control net',
        argv: [
          ...['vde_switch', '--numports', String(portsFor(awake.length)), '--tap', device],
          ...['--sock', socket, '--mode', '600', '--dirmode', '700'],
          ...['--mgmt', `${socket}.mgmt`, '--mgmtmode', '600', '--pidfile', `${socket}.pid`, '--daemon'],
        ],
        creates: [socket, `${socket}.mgmt`, `${socket}.pid`],
        ready: { socket: `${socket}/ctl` },
      },
      { after: [umlFolder], diesWith: [tap] },
    );
    const used = new Map<string, Effect<ProcessSpec>>([[socket, control]]);
    for (const one of awake.flatMap(({ interfaces }) => interfaces)) {
      used.set(one.switch, switchProcesses[one.substrate] as Effect<ProcessSpec>);
    }
    const switches = [...used].map(([path, process]) => {
      const door = effect.command({
        identity: `uml door ${path}`,
        label: `the way into the switch ${process.name} for who is no root`,
        of: [process],
        make: [fileBeside(import.meta.url, '_door.sh'), path],
      });
      return [path, { socket: path, process, door }] as const;
    });
    return {
      effects: [tap, control, ...switches.map(([, { door }]) => door)],
      facts: { umlSwitches: Object.fromEntries(switches), umlControlSwitch: socket },
    };
  },
});

/** In large steps: a switch with another number of ports is another one, which all have to be plugged into anew. */
function portsFor(guests: number): number {
  return Math.max(256, 2 ** Math.ceil(Math.log2(2 * guests + 1)));
}
