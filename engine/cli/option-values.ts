import { InvalidArgumentError } from 'commander';
import type { OptionRow } from './command-row.ts';

type Parser = (text: string, before?: never) => unknown;

/** What makes a value of an option's text; of options that may be given again, with what the earlier ones gave. */
export function parserOf(takes: NonNullable<OptionRow['takes']>): Parser {
  const parsers: Readonly<Record<typeof takes, Parser>> = {
    list: (text, list: readonly string[] = []) => [...list, text],
    pairs: addPair,
    number: parseNumber,
    count: parseCount,
    passes: addPasses,
    'pass-list': (text, list: readonly number[] = []) => [...list, ...text.split(',').map(parsePass)],
  };
  return parsers[takes];
}

function addPair(
  text: string,
  pairs: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new InvalidArgumentError('It is written TYPE=PLATFORM.');
  return { ...pairs, [key]: value };
}

function addPasses(
  text: string,
  passes: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const added = text.split(',').map((one): readonly [string, number] => {
    const [, pass, count] = /^([^:]*):(.*)$/.exec(one) ?? [];
    if (pass === undefined || count === undefined)
      throw new InvalidArgumentError('It is written PASS:NUMBER, with commas between several.');
    return [String(parsePass(pass)), parseCount(count)];
  });
  return { ...passes, ...Object.fromEntries(added) };
}

function parsePass(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim()))
    throw new InvalidArgumentError('A pass is a whole number: 0, 1, 2, ...');
  return Number(text);
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('A number is needed.');
  return number;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text.trim()))
    throw new InvalidArgumentError('A whole number of at least 1 is needed.');
  return Number(text);
}
