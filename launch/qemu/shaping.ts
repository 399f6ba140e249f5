import { defineStage, effect, fileBeside, skip, sshCommand, withChanges } from 'benito-pipeline';
import type { Leg, NetworkShape, Wire } from 'benito-pipeline';

/** Each guest of a network that is shaped by its nodes delays what it sends for the whole way to the next hop. */
export default defineStage({
  summary: 'Shape what guests send, in their own kernels',
  needs: ['experiment', 'settings', 'nodes', 'shaping', 'shapeChanges', 'guestProcesses'],
  plan({ facts: { experiment, settings, nodes, shaping, shapeChanges, guestProcesses } }) {
    const networks = shaping
      .filter(({ by }) => by === 'endnode')
      .map((network) => withChanges(network, shapeChanges, settings.shaping.queue));
    if (networks.length === 0) return skip('no network is shaped by its nodes');
    const effects = nodes.flatMap(({ name, control, failureAction }) => {
      const guest = guestProcesses[name];
      const legs = networks.flatMap((network) =>
        network.legs.filter(({ node }) => node === name).map((leg) => ({ leg, network })),
      );
      if (!guest || legs.length === 0) return [];
      const login = sshCommand(experiment, control!.address);
      const script = fileBeside(import.meta.url, '_shape.sh');
      const interfaces = legs.map(({ leg, network }) => `${leg.interface} ${netem(sent(leg, network))}`);
      const shaped = effect.command(
        {
          identity: `shape ${experiment.project}/${experiment.name} ${name}`,
          label: `the shaping of what ${name} sends`,
          of: [guest],
          make: [script, ...interfaces, '--', ...login],
          unmake: [script, ...legs.map(({ leg }) => `${leg.interface} `), '--', ...login],
        },
        { node: name, failure: failureAction },
      );
      return [shaped];
    });
    return { effects };
  },
});

/** The way from a node to its neighbours: its own leg, and that of the nearest of them. */
function sent(leg: Leg, { legs }: NetworkShape): readonly Wire[] {
  const others = legs.filter(({ node }) => node !== leg.node).map((other) => other.in);
  const awake = others.filter((wire) => !wire.down);
  const [nearest] = [...(awake.length > 0 ? awake : others)].sort((a, b) => (a.delay ?? 0) - (b.delay ?? 0));
  return [leg.out, ...(nearest ? [nearest] : [])];
}

/** tc-netem's words for wires behind one another: `delay 10ms rate 100000kbit limit 100`. */
function netem(wires: readonly Wire[]): string {
  const sum = (key: 'delay' | 'jitter'): number => wires.reduce((total, wire) => total + (wire[key] ?? 0), 0);
  const either = (key: 'loss' | 'duplicate'): number =>
    1 - wires.reduce((kept, wire) => kept * (1 - (wire[key] ?? 0)), 1);
  const rates = wires.flatMap(({ rate }) => rate ?? []);
  const [delay, jitter, loss, duplicate] = [sum('delay'), sum('jitter'), either('loss'), either('duplicate')];
  const down = wires.some((wire) => wire.down);
  const words = [
    delay > 0 || jitter > 0 ? `delay ${us(delay)}${jitter > 0 ? ` ${us(jitter)}` : ''}` : '',
    down ? 'loss 100%' : loss > 0 ? `loss ${percent(loss)}` : '',
    duplicate > 0 ? `duplicate ${percent(duplicate)}` : '',
    rates.length > 0 ? `rate ${Math.round(Math.min(...rates) * 1000)}bit` : '',
  ].filter(Boolean);
  return words.length === 0 ? '' : [...words, `limit ${frames(delay, rates)}`].join(' ');
}

/** netem's queue holds what is under way, too: as many of the largest frames as the rate carries in the delay, and 100. */
function frames(delay: number, rates: readonly number[]): number {
  const rate = rates.length > 0 ? Math.min(...rates) : FAST;
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
