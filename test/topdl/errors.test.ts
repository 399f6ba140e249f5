import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { messageOf } from './support.ts';

const DIRECTORY = fileURLToPath(new URL('../golden/topdl-errors/', import.meta.url));
const CASES = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.xml'))
  .sort();

describe('messages for documents with mistakes (UPDATE_GOLDEN=1 writes them anew)', () => {
  test.each(CASES)('%s', (name) => {
    const message = `${messageOf(() => parseTopdl(readFileSync(DIRECTORY + name, 'utf8'), name))}\n`;
    const golden = DIRECTORY + name.replace(/\.xml$/, '.txt');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, message);
    expect(message).toBe(readFileSync(golden, 'utf8'));
  });
});
