import { expect, test } from '@jest/globals';
import { diskSize } from '../../setup/oci/_disk_size.ts';

test.each([
  ['2G', 2 * 1024 ** 2],
  ['1.5g', 1.5 * 1024 ** 2],
  ['512M', 512 * 1024],
  ['20480', 20480],
  [' 16M ', 16 * 1024],
])('%p is %i KiB', (text, kib) => {
  expect(diskSize(text)).toBe(kib);
});

test.each(['', '2T', '-1G', '1M', '1000', '1e9', 'G', '99999999G'])('%p is no size', (text) => {
  expect(diskSize(text)).toBeUndefined();
});
