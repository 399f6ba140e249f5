import { expect, test } from '@jest/globals';
import { firstDifference } from '../../engine/conformance/differences.ts';

test.each<[unknown, unknown, unknown]>([
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, undefined],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, { path: 'a[1].b', one: '2', other: '3' }],
  [{ a: 1 }, { a: 1, c: 'x' }, { path: 'c', one: 'nothing', other: '"x"' }],
  [[1, 2], [1], { path: '[1]', one: '2', other: 'nothing' }],
  [
    { a: 1, b: 1 },
    { b: 1, a: 1 },
    { path: ' (the order of its keys)', one: 'a, b', other: 'b, a' },
  ],
])('%j and %j', (one, other, difference) => {
  expect(firstDifference(one, other)).toEqual(difference);
});
