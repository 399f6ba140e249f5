import type { Verdict } from './check-address.ts';

const NAME_HINT = 'names are made of letters, digits, "_" and "-"';
const NUMBER = /^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** IFNAMSIZ less the zero byte. */
const INTERFACE_BYTES = 15;

/** A name of a computer, region or substrate: `[A-Za-z0-9_-]+`. */
export function checkName(name: string): Verdict {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return undefined;
  const odd = /[^A-Za-z0-9_-]/u.exec(name)![0];
  return { message: `the name "${name}" has ${JSON.stringify(odd)} in it`, hint: NAME_HINT };
}

/** A name that Linux takes for an interface, other than the loopback's. */
export function checkInterfaceName(name: string): Verdict {
  if (name === 'lo')
    return {
      message: 'an interface cannot be called "lo": that is the loopback',
      hint: 'a name such as inf000',
    };
  if (name === '.' || name === '..' || /[\s/:]/.test(name)) {
    return {
      message: `"${name}" cannot be the name of an interface in Linux`,
      hint: 'a name such as inf000, without "/", ":" and white space',
    };
  }
  const bytes = Buffer.byteLength(name);
  if (bytes <= INTERFACE_BYTES) return undefined;
  return {
    message: `the interface name "${name}" is ${bytes} bytes long`,
    hint: `Linux takes ${INTERFACE_BYTES} bytes at most, such as inf000`,
  };
}

/** A finite decimal number that is not negative, or what is wrong with the text. */
export function readNumber(
  text: string,
  unit: string,
  options: { readonly zero: boolean },
): number | Verdict {
  const value = Number(text);
  const hint = `a ${options.zero ? '' : 'positive '}number of ${unit}, such as ${options.zero ? '10.0' : '100000.0'}`;
  if (/^-\s*[\d.]/.test(text)) return { message: `${text} is negative`, hint };
  if (!NUMBER.test(text)) return { message: `"${text}" is not a number`, hint };
  if (!Number.isFinite(value)) return { message: `${text} is too large`, hint };
  return value === 0 && !options.zero ? { message: `${text} is zero: nothing could be sent`, hint } : value;
}

/** A probability, 0 to 1. */
export function checkLoss(text: string): Verdict {
  const hint = 'a probability from 0 to 1, such as 0.05 for 5 %';
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    const value = Number(text);
    return value < 0 || value > 1 ? { message: `the loss ${text} is outside 0 to 1`, hint } : undefined;
  }
  return { message: `the loss "${text}" is not a number`, hint };
}
