import { parseRate } from '../model/units.ts';
import type { Findings } from '../topdl/findings.ts';
import type { GraphEdge, Position } from './graph.ts';
import type { Data } from './graphml-data.ts';

/** Where a node is, if both of its coordinates are given. */
export function readPosition(data: Data, owner: string, found: Findings): Position | undefined {
  const latitude = readDegrees(data, 'latitude', 90, owner, found);
  const longitude = readDegrees(data, 'longitude', 180, owner, found);
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

/**
 * How fast a link is: the Zoo's `LinkSpeedRaw` (bits per second), or `LinkSpeed` with `LinkSpeedUnits`, or else its
 * label, if one part of that reads as a rate (`10 Gbps`; `Peering, 1 Gbps`). Zero counts as not known.
 */
export function readSpeed(data: Data, found: Findings): Pick<GraphEdge, 'rate' | 'rateFrom'> {
  const raw = data.value('linkspeedraw');
  if (raw !== undefined) {
    const bits = toNumber(raw);
    if (bits === undefined || bits < 0) {
      const hint = 'bits per second, such as 1000000000';
      found.add(data.offset('linkspeedraw'), 'bad-rate', `LinkSpeedRaw: "${raw}" is no rate`, hint);
    }
    return bits ? { rate: bits / 1000, rateFrom: 'file' } : {};
  }
  const speed = data.value('linkspeed');
  const rate =
    speed === undefined ? undefined : parseRate(`${speed}${data.value('linkspeedunits') ?? ''}bit`);
  if (typeof rate === 'number') return { rate, rateFrom: 'file' };
  return inWords(data.value('linklabel') ?? data.value('label') ?? data.drawn('EdgeLabel'));
}

/** The rate that a label's only such part is. */
function inWords(label: string | undefined): Pick<GraphEdge, 'rate' | 'rateFrom'> {
  const rates = (label ?? '')
    .split(/[,;()\n]/)
    .map((part) => parseRate(part))
    .filter((rate) => typeof rate === 'number');
  return rates.length === 1 ? { rate: rates[0]!, rateFrom: 'label' } : {};
}

function readDegrees(
  data: Data,
  name: 'latitude' | 'longitude',
  most: number,
  owner: string,
  found: Findings,
): number | undefined {
  const text = data.value(name);
  if (text === undefined) return undefined;
  const degrees = toNumber(text);
  if (degrees !== undefined && Math.abs(degrees) <= most) return degrees;
  const hint = `degrees from -${most} to ${most}, such as 48.2`;
  found.add(data.offset(name), 'bad-position', `${owner}: "${text}" is no ${name}`, hint);
  return undefined;
}

/** A decimal number, perhaps with an exponent, as programs write them. */
function toNumber(text: string): number | undefined {
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
