import type { NetworkShape, Wire } from '../model/shaping.ts';
import { rateText } from '../model/units.ts';
import { formatTable } from './table.ts';

/** A wire, or what is changed of one, for people: `delay 20 ms, loss 1 %`. */
export function changeText(wire: Wire): string {
  const parts = Object.entries(wire).map(([key, value]) => WORDS[key as keyof Wire](value as never));
  return parts.length === 0 ? 'unshaped' : parts.join(', ');
}

const percent = (name: string) => (share: number) => `${name} ${Number((share * 100).toPrecision(6))} %`;
const WORDS: { readonly [K in keyof Wire]-?: (value: NonNullable<Wire[K]>) => string } = {
  delay: (ms) => `delay ${ms} ms`,
  jitter: (ms) => `jitter ${ms} ms`,
  rate: (rate) => rateText(rate),
  queue: (bytes) => `queue ${bytes} bytes`,
  loss: percent('loss'),
  burst: (frames) => `${frames} lost in a row`,
  duplicate: percent('duplicates'),
  down: () => 'down',
};

/** What each node's leg of a network does, in both directions. */
export function legLines({ by, legs }: NetworkShape): readonly string[] {
  const rows = legs.map((leg) => [leg.node, changeText(leg.out), changeText(leg.in)]);
  const who = by === 'endnode' ? ['shaped by the nodes themselves'] : [];
  return [...who, ...formatTable(['NODE', 'INTO THE NETWORK', 'TO THE NODE'], rows, {})];
}
