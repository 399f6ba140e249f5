import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UserError } from '../../engine/model/problem.ts';
import { loadModule } from '../../engine/stage/loader.ts';

test('a stage file far from the project gets the API of this very engine', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'benito-loader-'));
  try {
    writeFileSync(join(folder, '_more.ts'), 'export const more: number = 7;\n');
    writeFileSync(
      join(folder, '10_x.ts'),
      "import { UserError, type Effect } from 'benito-pipeline';\nimport { more } from './_more.ts';\n" +
        'const effects: Effect[] = [];\nexport default { UserError, more, effects };\n',
    );
    const loaded = (await loadModule(join(folder, '10_x.ts'))) as { default: Record<string, unknown> };
    expect(loaded.default).toEqual({ UserError, more: 7, effects: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
