import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import { diskReader } from '../../engine/config/reader.ts';
import { loadSettings } from '../../engine/config/settings.ts';
import { packageRoot } from '../../engine/config/package-root.ts';
import { makePlan } from '../../engine/plan/make-plan.ts';
import { registerPlatforms } from '../../engine/platform/registry.ts';
import { discoverStages } from '../../engine/stage/discover.ts';
import { loadPlatforms } from '../../engine/stage/load.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';

const folder = mkdtempSync(join(tmpdir(), 'many-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const topdl = `<experiment><version>1.0</version>
  <elements><computer><name>a</name><attribute><attribute>containers:node_type</attribute><value>one</value></attribute></computer></elements>
  <elements><computer><name>b</name><attribute><attribute>containers:node_type</attribute><value>two</value></attribute></computer></elements>
</experiment>`;

test('a closing stage sees what every platform contributed to a fact of many', async () => {
  for (const platform of ['one', 'two']) {
    write(`setup/${platform}/_platform.ts`, `export default { summary: '${platform}' };`);
    write(
      `launch/${platform}/guests.ts`,
      `export default { summary: 'guests', needs: ['nodes'], provides: ['guests'], many: ['guests'],
         plan: ({ facts: { nodes } }) => ({ facts: { guests: nodes.map(({ name }) => name) } }) };`,
    );
  }
  write(
    'launch/summary.ts',
    `export default { summary: 'sum', needs: ['guests'], closing: true,
       plan: ({ facts: { guests } }) => ({ notes: [JSON.stringify(guests)] }) };`,
  );
  const found = discoverStages([packageRoot(), folder], { asRoot: false });
  const experiment = experimentFact('t', 'many', join(folder, 'var'));
  const plan = await makePlan({
    experiment,
    settings: loadSettings('/nonexistent'),
    request: { as: {} },
    phases: ['setup', 'launch'],
    stages: found.stages,
    platforms: registerPlatforms(await loadPlatforms(found.platforms)),
    source: { text: topdl, topology: parseTopdl(topdl, 'many.xml').topology },
    previous: null,
    onDisk: diskReader(experiment.configDir),
    probe: () => Promise.resolve([]),
    answer: (claims) =>
      Promise.resolve(
        claims.map(({ node }) => ({ node, address: '192.168.144.2', prefix: 20, mac: '06:00:00:00:00:01' })),
      ),
  });
  expect(plan.notes).toEqual(['[["a"],["b"]]']);
});
