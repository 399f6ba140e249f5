import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parseDelay, parseRate } from '../../engine/model/units.ts';

describe('rates, in kb/s', () => {
  test.each([
    ['100mbit', 100_000],
    ['1gbit', 1_000_000],
    ['2.5 Gbps', 2_500_000],
    ['.5Mbit/s', 500],
    ['64kb/s', 64],
    ['64 Kbit/sec', 64],
    ['100Mb/s', 100_000],
    ['1tbit', 1e9],
    ['500bit', 0.5],
    ['53551785bps', 53_551.785],
    [' 10mbit ', 10_000],
  ])('%s', (text, kbps) => expect(parseRate(text)).toBe(kbps));

  test.each([
    ['100', 'has no unit'],
    ['', 'not a number with a unit'],
    ['fast', 'not a number with a unit'],
    ['-5mbit', 'is negative'],
    ['0mbit', 'is zero'],
    ['1e3mbit', 'the unit "e3mbit"'],
    ['1,5mbit', 'the unit ",5mbit"'],
    ['10MB/s', 'is in bytes'],
    ['10MBps', 'is in bytes'],
    ['10b', 'the unit "b"'],
    ['10mibit', 'the unit "mibit"'],
    ['10 mbit up', 'not a number with a unit'],
    [`1${'0'.repeat(400)}bit`, 'is too large'],
    ['10__proto__', 'the unit "__proto__"'],
  ])('%s is refused', (text, words) => {
    expect(parseRate(text)).toMatchObject({ message: expect.stringContaining(words) });
  });
});

describe('delays, in ms', () => {
  test.each([
    ['5ms', 5],
    ['10 ms', 10],
    ['0.25s', 250],
    ['500us', 0.5],
    ['7208us', 7.208],
    ['5µs', 0.005],
    ['5μs', 0.005],
    ['0ms', 0],
  ])('%s', (text, ms) => expect(parseDelay(text)).toBe(ms));

  test.each([
    ['5', 'has no unit'],
    ['5m', 'the unit "m"'],
    ['5MS', 'the unit "MS"'],
    ['-5ms', 'is negative'],
    ['5ms 1ms', 'not a number with a unit'],
    ['1constructor', 'the unit "constructor"'],
  ])('%s is refused', (text, words) => {
    expect(parseDelay(text)).toMatchObject({ message: expect.stringContaining(words) });
  });
});

test('no text makes a number that is not finite, or an error of the program', () => {
  const near = fc.stringMatching(/^[\d.,+-]{0,5} ?[a-zA-Zµ/]{0,6}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (text) => {
      for (const value of [parseRate(text), parseDelay(text)]) {
        if (typeof value === 'number') expect(Number.isFinite(value) && value >= 0).toBe(true);
        else expect(value).toMatchObject({ message: expect.any(String), hint: expect.any(String) });
      }
    }),
  );
});
