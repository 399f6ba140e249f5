import type { Problem } from '../model/problem.ts';
import { attribute } from '../model/queries.ts';
import type { Interface, Substrate } from '../model/topology.ts';
import type { Wire } from '../model/shaping.ts';

/** What the user wrote of an interface or a substrate: for both directions, and, of interfaces, for each. */
export interface Asked {
  readonly both: Wire;
  readonly out: Wire;
  readonly in: Wire;
}

/** Attributes by the property that they set; all may be written `containers:` or `benito:`, `loss` also by itself. */
const NAMES = {
  loss: 'containers:loss',
  jitter: 'containers:jitter',
  queue: 'containers:queue',
  burst: 'containers:burst',
  duplicate: 'containers:duplicate',
} as const;
const ONE_WAY = { delay: 'containers:latency', rate: 'containers:capacity', ...NAMES } as const;

const RULES: Readonly<Record<keyof typeof ONE_WAY, { readonly unit: string; fits(value: number): boolean }>> =
  {
    delay: { unit: 'ms, such as 10', fits: (value) => value >= 0 },
    jitter: { unit: 'ms, such as 2', fits: (value) => value >= 0 },
    rate: { unit: 'kb/s above zero, such as 100000', fits: (value) => value > 0 },
    queue: { unit: 'bytes above zero, such as 150000', fits: (value) => value > 0 },
    loss: { unit: 'a probability from 0 to 1, such as 0.01', fits: (value) => value >= 0 && value <= 1 },
    burst: { unit: 'frames, 1 at least', fits: (value) => value >= 1 },
    duplicate: { unit: 'a probability from 0 to 1, such as 0.01', fits: (value) => value >= 0 && value <= 1 },
  };

/** Reads what shapes frames of a substrate or interface; what is wrong with it is added to `problems`. */
export function readAsked(owner: Substrate | Interface, who: string, problems: Problem[]): Asked {
  const read = (names: Readonly<Record<string, string>>, suffix: string): Wire =>
    Object.fromEntries(
      Object.entries(names).flatMap(([key, name]): [string, number][] => {
        const full = `${name}${suffix}`;
        const bare = full === NAMES.loss ? attribute(owner, 'loss') : undefined;
        const text = attribute(owner, full) ?? bare;
        if (text === undefined) return [];
        const value = numberOf(text);
        const rule = RULES[key as keyof typeof RULES];
        if (value !== undefined && rule.fits(value)) return [[key, value]];
        problems.push({
          code: 'bad-shaping',
          message: `${who}: ${full} "${text}" is not what it takes`,
          hint: `it takes ${rule.unit}`,
        });
        return [];
      }),
    );
  const { capacity, latency } = owner;
  return {
    both: {
      ...(latency && { delay: latency.time }),
      ...(capacity && { rate: capacity.rate }),
      ...read(NAMES, ''),
    },
    out: read(ONE_WAY, '_out'),
    in: read(ONE_WAY, '_in'),
  };
}

function numberOf(text: string): number | undefined {
  return /^\d*\.?\d+(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
