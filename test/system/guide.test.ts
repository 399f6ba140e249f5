import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT, commandOf, throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';

const guide = readFileSync(join(ROOT, 'setup/README.md'), 'utf8');
const blocks = [...guide.matchAll(/<!-- run -->\s+```sh\n([^]*?)```/g)].map(([, text]) => text!.trim());

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  host = await throwAwayHost();
  before = await host.snapshot();
});
afterAll(() => host.close());

test.each(blocks)('the guide: %s', async (block) => {
  for (const line of block.split('\n')) {
    const [program = '', ...words] = line.split(/ +/);
    const argv = program === 'benito-pipeline' ? commandOf(words) : [program, ...words];
    const said = await host.must(['env', `--chdir=${ROOT}`, ...argv]);
    if (program !== 'benito-pipeline') expect(guide).toContain(said.trim());
  }
});

test('leaves nothing but what it was told to keep', async () => {
  const left = await host.residue(before);
  expect(left.filter((line) => !/\/etc\/benito|\/var\/benito-box/.test(line))).toEqual([]);
});
