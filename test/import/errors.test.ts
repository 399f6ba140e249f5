import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readGraph } from '../../engine/import/read-graph.ts';
import { messageOf } from '../topdl/support.ts';

const DIRECTORY = fileURLToPath(new URL('../golden/import-errors/', import.meta.url));
const CASES = readdirSync(DIRECTORY)
  .filter((name) => !name.endsWith('.told'))
  .sort();

describe('messages for files with mistakes (UPDATE_GOLDEN=1 writes them anew)', () => {
  test.each(CASES)('%s', (name) => {
    const message = `${messageOf(() => readGraph(readFileSync(DIRECTORY + name, 'utf8'), name))}\n`;
    const golden = `${DIRECTORY}${name}.told`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, message);
    expect(message).toBe(readFileSync(golden, 'utf8'));
  });
});
