import { join } from 'node:path';
import { ROOT } from './_host.ts';
import { until } from './_host.ts';
import type { Host } from './_host.ts';

const TRAFFIC = join(ROOT, 'test/system/traffic.py');

/** What arrived of numbered datagrams. */
export interface Arrived {
  readonly different: number;
  readonly all: number;
  readonly seconds: number;
  /** kb/s, of whole frames. */
  readonly kbps: number;
}

export interface Flood {
  readonly port: number;
  readonly count: number;
  /** Bytes of a frame. */
  readonly size: number;
  /** 0: as fast as it goes. */
  readonly perSecond: number;
}

/** Sends numbered datagrams from one node's namespace to an address of another, and counts them there. */
export async function flood(
  host: Host,
  [from, to]: readonly [string, string],
  address: string,
  { port, count, size, perSecond }: Flood,
): Promise<Arrived> {
  const counter = host.start(['ip', 'netns', 'exec', to, 'python3', TRAFFIC, 'count', String(port), '2']);
  await until(async () => counter.stdout().includes('ready'), 'the counter does not come up', counter);
  const words = [address, port, count, size, perSecond].map(String);
  await host.must(['ip', 'netns', 'exec', from, 'python3', TRAFFIC, 'send', ...words]);
  const { stdout } = await counter.ended;
  return JSON.parse(stdout.split('\n')[1]!) as Arrived;
}

/** Round-trip times from a node's namespace, ms, in ascending order; what is lost is left out. */
export async function roundTrips(
  host: Host,
  from: string,
  address: string,
  count: number,
): Promise<number[]> {
  const argv = ['ping', '-n', '-c', String(count), '-i', '0.02', '-W', '2', address];
  const { stdout } = await host.run(['ip', 'netns', 'exec', from, ...argv]);
  return [...stdout.matchAll(/time=([\d.]+)/g)].map(([, ms]) => Number(ms)).sort((a, b) => a - b);
}

/**
 * What no round trip of so many ms of delay comes below: each delay element on it takes the way through plugs and switch
 * off the delay, 0.35 ms and a twelfth of it at most, and here and there the way is shorter.
 */
export function soonest(ms: number, elements = 2): number {
  return ms - Math.min(ms / 12, 0.35 * elements) - 0.3;
}

/** The value that this part of all is not above. */
export function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.min(ascending.length - 1, Math.ceil(ascending.length * part) - 1)] ?? NaN;
}
