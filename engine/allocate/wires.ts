import type { Wire } from '../model/shaping.ts';

/** One wire behind the other, as one: delays add up, the slower rate holds, what either loses is lost. */
export function join(first: Wire, second: Wire): Wire {
  const rate = least(first.rate, second.rate);
  const queue = (first.rate ?? Infinity) <= (second.rate ?? Infinity) ? first.queue : second.queue;
  const burst = Math.max(first.burst ?? 1, second.burst ?? 1);
  return wireOf({
    delay: (first.delay ?? 0) + (second.delay ?? 0),
    jitter: (first.jitter ?? 0) + (second.jitter ?? 0),
    ...(rate !== undefined && { rate }),
    ...(queue !== undefined && { queue }),
    loss: either(first.loss, second.loss),
    burst,
    duplicate: either(first.duplicate, second.duplicate),
    ...((first.down ?? second.down) && { down: true }),
  });
}

/** A wire without what does nothing. */
export function wireOf(wire: Wire): Wire {
  const { delay, jitter, rate, queue, loss, burst, duplicate, down } = wire;
  return {
    ...(delay && { delay: rounded(delay) }),
    ...(jitter && { jitter: rounded(jitter) }),
    ...(rate && { rate }),
    ...(rate && queue !== undefined && { queue }),
    ...(loss && { loss: rounded(loss) }),
    ...(loss && burst && burst > 1 && { burst }),
    ...(duplicate && { duplicate: rounded(duplicate) }),
    ...(down && { down }),
  };
}

/** Whether frames pass as they came. */
export function isPlain(wire: Wire): boolean {
  return Object.keys(wire).length === 0;
}

/** The loss of each of two wires that together lose as much as this. */
export function halfLoss(loss: number): number {
  return 1 - Math.sqrt(1 - loss);
}

function either(a = 0, b = 0): number {
  return 1 - (1 - a) * (1 - b);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** To twelve digits: what halving and joining leave behind them is not shown. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
