import { expect, test } from '@jest/globals';
import { fibreDelay } from '../../engine/import/distance.ts';

const LONDON = { latitude: 51.5, longitude: -0.12 };
const NEW_YORK = { latitude: 40.71, longitude: -74.0 };

test('London and New York are 5570 km of fibre apart', () => {
  expect(fibreDelay(LONDON, NEW_YORK)).toBeCloseTo(27.27, 1);
  expect(fibreDelay(NEW_YORK, LONDON)).toBe(fibreDelay(LONDON, NEW_YORK));
});

test('the shorter way round the earth counts; the far side is half of it away; the same place is not', () => {
  const west = { latitude: 0, longitude: -179.5 };
  expect(fibreDelay({ latitude: 0, longitude: 179.5 }, west)).toBeCloseTo(0.5445, 3);
  expect(fibreDelay({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 })).toBeCloseTo(98.0, 1);
  expect(fibreDelay(LONDON, LONDON)).toBe(0);
});
