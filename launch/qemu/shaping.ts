import { defineStage, effect, fileBeside, joinWires, sshCommand, withChanges } from 'benito-pipeline';
import type { CommandSpec, Effect, Leg, NetworkShape, One, Wire } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The shaping of those guests that shape what they send, by node. */
    guestShaping: One<Readonly<Record<string, Effect<CommandSpec>>>>;
  }
}

/** Each guest of a network that is shaped by its nodes delays what it sends for the whole way to the next hop. */
export default defineStage({
  summary: 'Shape what guests send, in their own kernels',
  needs: ['experiment', 'settings', 'nodes', 'shaping', 'shapeChanges', 'guestProcesses'],
  provides: ['guestShaping'],
  plan({ facts: { experiment, settings, nodes, shaping, shapeChanges, guestProcesses } }) {
    const networks = shaping
      .filter(({ by }) => by === 'endnode')
      .map((network) => withChanges(network, shapeChanges, settings.shaping.queue));
    if (networks.length === 0) return { effects: [], facts: { guestShaping: {} } };
    const shaped = nodes.flatMap(({ name, control, failureAction }) => {
      const guest = guestProcesses[name];
      const legs = networks.flatMap((network) =>
        network.legs.filter(({ node }) => node === name).map((leg) => ({ leg, network })),
      );
      if (!guest || legs.length === 0) return [];
      const login = sshCommand(experiment, control!.address);
      const script = fileBeside(import.meta.url, '_shape.sh');
      const interfaces = legs.map(({ leg, network }) => `${leg.interface} ${netem(sent(leg, network))}`);
      const shaping = effect.command(
        {
          identity: `shape ${experiment.project}/${experiment.name} ${name}`,
          label: `the shaping of what ${name} sends`,
          of: [guest],
          make: [script, ...interfaces, '--', ...login],
          unmake: [script, ...legs.map(({ leg }) => `${leg.interface} `), '--', ...login],
        },
        { node: name, failure: failureAction },
      );
      return [[name, shaping] as const];
    });
    return {
      effects: shaped.map(([, shaping]) => shaping),
      facts: { guestShaping: Object.fromEntries(shaped) },
    };
  },
});

/** The way from a node to its neighbours: its own leg, and that of the nearest of them. */
function sent(leg: Leg, { legs }: NetworkShape): Wire {
  const others = legs.filter(({ node }) => node !== leg.node).map((other) => other.in);
  const awake = others.filter((wire) => !wire.down);
  const [nearest] = [...(awake.length > 0 ? awake : others)].sort((a, b) => (a.delay ?? 0) - (b.delay ?? 0));
  return nearest ? joinWires(leg.out, nearest) : leg.out;
}

/** tc-netem's words: `delay 10ms rate 100000kbit limit 100`. */
function netem({ delay = 0, jitter = 0, loss = 0, duplicate = 0, rate, down }: Wire): string {
  const words = [
    delay > 0 || jitter > 0 ? `delay ${us(delay)}${jitter > 0 ? ` ${us(jitter)}` : ''}` : '',
    down ? 'loss 100%' : loss > 0 ? `loss ${percent(loss)}` : '',
    duplicate > 0 ? `duplicate ${percent(duplicate)}` : '',
    rate === undefined ? '' : `rate ${Math.round(rate * 1000)}bit`,
  ].filter(Boolean);
  return words.length === 0 ? '' : [...words, `limit ${frames(delay, rate)}`].join(' ');
}

/** netem's queue holds what is under way, too: as many of the largest frames as the rate carries in the delay, and 100. */
function frames(delay: number, rate = FAST): number {
  return 100 + Math.ceil((rate * delay) / 8 / 1514);
}

/** kb/s that no emulated guest exceeds. */
const FAST = 1_000_000;

function us(ms: number): string {
  return `${Math.round(ms * 1000)}us`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(8))}%`;
}
