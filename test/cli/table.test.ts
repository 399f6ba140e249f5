import { expect, test } from '@jest/globals';
import { displayWidth, formatTable, wrapList } from '../../engine/cli/table.ts';

test('columns are aligned, wide characters count twice', () => {
  expect(
    formatTable(
      ['A', 'B'],
      [
        ['日本', 'x'],
        ['abcde', { text: 'y', paint: (text) => `<${text}>` }],
      ],
    ),
  ).toEqual(['A      B', '日本   x', 'abcde  <y>']);
  expect(displayWidth('e\u0301')).toBe(1);
});

test('numbers stand to the right', () => {
  expect(
    formatTable(
      ['N', ''],
      [
        ['1', 'a'],
        ['100', 'b'],
      ],
      { right: [0] },
    ),
  ).toEqual(['  N', '  1  a', '100  b']);
});

test('the last column is wrapped below itself', () => {
  const list = '10.0.0.1/24, 10.0.1.1/24, 10.0.2.1/24';
  expect(formatTable(['NODE', 'ADDRESSES'], [['center', list]], { width: 36 })).toEqual([
    'NODE    ADDRESSES',
    'center  10.0.0.1/24, 10.0.1.1/24,',
    '        10.0.2.1/24',
  ]);
});

test('a list that fits is left alone', () => {
  expect(wrapList('a, b', 80)).toEqual(['a, b']);
  expect(wrapList('', 80)).toEqual(['']);
});
