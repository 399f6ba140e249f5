import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { benito, root } from './_run.ts';

jest.setTimeout(240_000);

/** Real networks, beside the clone; none where they are not at hand. */
const FILES = ['topology-zoo', 'rocketfuel'].flatMap((name) => {
  const folder = join(root, '../shared/corpus', name);
  return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
});
const corpus = FILES.length > 0 ? describe : describe.skip;

corpus('the networks of the corpus', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'benito-import-corpus-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(FILES.map((file) => [basename(file), file]))(
    '%s passes check after import',
    async (name, file) => {
      const out = join(folder, `${name}.xml`);
      const imported = await benito([
        'import',
        file,
        '--out',
        out,
        '--delay',
        '5ms',
        '--rate',
        '100mbit',
        '--json',
      ]);
      expect([imported.code, imported.stderr]).toEqual([0, '']);
      const checked = await benito(['check', out, '--json']);
      expect([checked.code, checked.stderr]).toEqual([0, '']);
      const { nodes, links, lans, interfaces, parts } = JSON.parse(imported.stdout) as Record<string, number>;
      expect(JSON.parse(checked.stdout)).toMatchObject({
        ok: true,
        nodes,
        interfaces,
        parts,
        substrates: links! + lans!,
      });
    },
  );
});
