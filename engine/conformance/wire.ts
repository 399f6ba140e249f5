import { packageRoot } from '../config/package-root.ts';
import type { Host } from './host.ts';
import { failed } from './running.ts';

/** An address on a switch, as the contract for platforms has it. */
export interface Tap {
  readonly address: string;
  readonly prefix: number;
  readonly switch: string;
}

/** What a stranger on a switch sees of the addresses that he asks. */
export interface Seen {
  /** How many questions were answered, by address. */
  readonly answers: ReadonlyMap<string, number>;
  /** The MAC that answers, by address. */
  readonly owners: ReadonlyMap<string, string>;
  /** The port of the switch behind which a MAC was seen last. */
  readonly ports: ReadonlyMap<string, number>;
  /** By how many packets a port's counters rose meanwhile. */
  readonly traffic: ReadonlyMap<number, { readonly in: number; readonly out: number }>;
}

/**
 * Plugs an observer into the switch that these addresses are on, and asks each `count` times.
 * @param seconds how long an answer may take.
 */
export async function seeOnWire(
  host: Host,
  taps: readonly Tap[],
  { count = 2, seconds = 2 }: { count?: number; seconds?: number } = {},
): Promise<Seen> {
  const { switch: socket, prefix } = taps[0]!;
  const targets = taps.map(({ address }) => address);
  const observer = `${freeAddress(targets[0]!, prefix, targets)}/${prefix}`;
  const script = `${packageRoot()}/engine/conformance/wire.sh`;
  const words = [socket, observer, String(count), String(seconds), ...targets];
  const argv = ['unshare', '--net', 'sh', script, ...words];
  const ended = await host.run(argv);
  if (ended.code !== 0) throw failed(argv, ended);
  return parse(ended.stdout);
}

function parse(text: string): Seen {
  const answers = new Map<string, number>();
  const owners = new Map<string, string>();
  const ports = new Map<string, number>();
  const before = new Map<number, { in: number; out: number }>();
  const traffic = new Map<number, { in: number; out: number }>();
  for (const line of text.split('\n')) {
    const words = line.split(' ');
    const [what, first = '', second = ''] = words;
    if (what === 'answers') answers.set(first, Number(second));
    if (what === 'owner') owners.set(first, second);
    if (what === 'behind') ports.set(first, Number(second));
    if (what === 'port') before.set(Number(first), { in: Number(words[3]), out: Number(words[5]) });
    if (what !== 'then') continue;
    const port = Number(second);
    const { in: came = 0, out: went = 0 } = before.get(port) ?? {};
    traffic.set(port, { in: Number(words[4]) - came, out: Number(words[6]) - went });
  }
  return { answers, owners, ports, traffic };
}

/** The last address of the subnet that nobody has. */
function freeAddress(address: string, prefix: number, taken: readonly string[]): string {
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(number / size) * size;
  for (let host = base + size - 2; host > base; host -= 1) {
    const text = [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join('.');
    if (!taken.includes(text)) return text;
  }
  throw new Error(`${address}/${prefix} has no free address`);
}
