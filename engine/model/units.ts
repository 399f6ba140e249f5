/** What is wrong with an amount that somebody wrote, and what would work. */
export interface Misread {
  readonly message: string;
  readonly hint: string;
}

const AMOUNT = /^(\d+(?:\.\d+)?|\.\d+)\s*(\S*)$/;
const RATE_HINT = 'a number with its unit: bit, kbit, mbit or gbit (bits per second), such as 100mbit';
const DELAY_HINT = 'a number with its unit: s, ms or us, such as 5ms';

/** Bits per second by the letter before `bit`, `bps` or `b/s`. */
const PREFIXES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** `ms` by unit, as a divisor where the unit is smaller: 7208us is 7.208 then, and not 7.2080000000000002. */
const DELAYS: Readonly<Record<string, (amount: number) => number>> = {
  s: (amount) => amount * 1e3,
  ms: (amount) => amount,
  us: (amount) => amount / 1e3,
  µs: (amount) => amount / 1e3,
  μs: (amount) => amount / 1e3,
};

/**
 * Reads a rate such as `100mbit`, `1.5 Gbit/s`, `622 Mbps` or `64kb/s`: decimal multiples of bits per second, in kb/s.
 * A capital B by itself would be bytes, and is refused; so is a number without a unit, zero, and a sign.
 */
export function parseRate(text: string): number | Misread {
  const read = readAmount(text, 'rate', RATE_HINT);
  if (!('amount' in read)) return read;
  const { amount, unit } = read;
  const [, prefix, bit] = /^([kmgt]?)(bit|b)(?:\/s|ps|\/sec)?$/i.exec(unit) ?? [];
  if (prefix === undefined || unit.toLowerCase() === 'b') return unknownUnit(text, unit, 'rate', RATE_HINT);
  if (bit === 'B') {
    return {
      message: `the rate "${text}" is in bytes: "${unit}" has a capital B`,
      hint: 'rates are in bits per second: eight times as many, with a small b, such as 100mbit',
    };
  }
  if (amount === 0) return { message: `the rate "${text}" is zero: nothing could be sent`, hint: RATE_HINT };
  const multiple = PREFIXES[prefix.toLowerCase()]!;
  return multiple < 1e3 ? amount / 1e3 : amount * (multiple / 1e3);
}

/** Reads a delay such as `5ms`, `0.5 s` or `7208us`, in ms. A number without a unit is refused; zero is not. */
export function parseDelay(text: string): number | Misread {
  const read = readAmount(text, 'delay', DELAY_HINT);
  if (!('amount' in read)) return read;
  const inMs = Object.hasOwn(DELAYS, read.unit) ? DELAYS[read.unit] : undefined;
  return inMs ? inMs(read.amount) : unknownUnit(text, read.unit, 'delay', DELAY_HINT);
}

function readAmount(
  text: string,
  what: string,
  hint: string,
): { readonly amount: number; readonly unit: string } | Misread {
  const trimmed = text.trim();
  const [, digits, unit] = AMOUNT.exec(trimmed) ?? [];
  if (digits === undefined || unit === undefined) {
    const negative = /^-\s*[\d.]/.test(trimmed);
    return {
      message: `the ${what} "${text}" is ${negative ? 'negative' : 'not a number with a unit'}`,
      hint,
    };
  }
  const amount = Number(digits);
  if (!Number.isFinite(amount)) return { message: `the ${what} "${text}" is too large`, hint };
  if (unit === '') return { message: `the ${what} "${text}" has no unit`, hint };
  return { amount, unit };
}

function unknownUnit(text: string, unit: string, what: string, hint: string): Misread {
  return { message: `the unit "${unit}" of the ${what} "${text}" is not known`, hint };
}

const SHARE_HINT = 'a part of all, such as 1% or 0.01';

/** Reads a probability such as `1%`, `0.5 %` or `0.01`, from 0 to 1. */
export function parseShare(text: string): number | Misread {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    return { message: `"${text}" is neither a percentage nor a number from 0 to 1`, hint: SHARE_HINT };
  const share = percent ? Number(digits) / 100 : Number(digits);
  if (share <= 1) return share;
  return { message: `"${text}" is more than all`, hint: SHARE_HINT };
}

/** A rate in kb/s for people: `100 Mb/s`. */
export function rateText(rate: number): string {
  const unit = ['kb/s', 'Mb/s', 'Gb/s'] as const;
  const step = rate >= 1e6 ? 2 : rate >= 1e3 ? 1 : 0;
  return `${Number((rate / 1e3 ** step).toPrecision(6))} ${unit[step]}`;
}
