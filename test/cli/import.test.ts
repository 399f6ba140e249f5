import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { benito, expected, root, stable } from './_run.ts';

const FOLDER = 'test/golden/import';
const FILES = readdirSync(join(root, FOLDER)).filter((name) => /\.(graphml|txt)$/.test(name));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('files of each form (UPDATE_GOLDEN=1 writes the answers anew)', () => {
  test.each(FILES)('%s, and check takes what becomes of it', async (name) => {
    const args = ['import', `${FOLDER}/${name}`, '--delay', '5ms', '--rate', '100mbit'];
    const { code, stdout, stderr } = await benito(args);
    expect(code).toBe(0);
    expect(stdout).toBe(expected(`../import/${name}.xml`, stdout));
    expect(stderr).toBe(expected(`../import/${name}.told`, stderr));
    const checked = await benito(['check', `${FOLDER}/${name}.xml`, '--json']);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true });
  });
});

test('--out writes the file, and tells on stdout what became of it', async () => {
  const out = join(folder, 'drawn.xml');
  const { code, stdout, stderr } = await benito([
    'import',
    `${FOLDER}/drawn.graphml`,
    '--out',
    out,
    '--platform',
    'process',
  ]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`imported: ${FOLDER}/drawn.graphml, as ${out}\n  5 nodes, 2 links, 1 LAN\n`);
  expect(stdout).toContain('5 unknown, for want of --delay');
  expect(readFileSync(out, 'utf8').match(/<value>process<\/value>/g)).toHaveLength(5);
});

test('--json is one value, with all that there is to tell, and the experiment if no file has it', async () => {
  const { code, stdout, stderr } = await benito(['import', `${FOLDER}/annotated.txt`, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const value = JSON.parse(stdout) as { topdl: string };
  expect(value).toMatchObject({
    file: `${FOLDER}/annotated.txt`,
    form: 'rocketfuel',
    nodes: 4,
    links: 5,
    lans: 0,
    interfaces: 10,
    parts: 1,
    rates: { file: 4, none: 1 },
    delays: { file: 3, none: 2 },
    notes: expect.arrayContaining([
      { code: 'parallel-links', message: expect.any(String), items: ['bb-1 and bb-2 (2)'] },
    ]),
  });
  expect(value.topdl).toMatch(/^<experiment>/);
  const out = join(folder, 'map.xml');
  const written = JSON.parse(
    (await benito(['import', `${FOLDER}/annotated.txt`, '--json', '--out', out])).stdout,
  ) as object;
  expect(written).toMatchObject({ out });
  expect(Object.keys(written)).not.toContain('topdl');
});

describe('mistakes (UPDATE_GOLDEN=1 writes them anew)', () => {
  const drawn = `${FOLDER}/drawn.graphml`;
  test.each([
    ['no-unit', 2, [drawn, '--delay', '5']],
    ['bytes', 2, [drawn, '--rate', '10MB/s']],
    ['bad-platform', 2, [drawn, '--platform', 'a b']],
    ['no-file', 1, ['none.graphml']],
    ['directory', 1, [FOLDER]],
    ['same-file', 2, [drawn, '--out', `./${drawn}`]],
    ['no-folder', 1, [drawn, '--out', '/nowhere/drawn.xml']],
    ['malformed', 1, ['test/golden/import-errors/ends.graphml']],
  ])('%s', async (name, exitCode, args) => {
    const { code, stdout, stderr } = await benito(['import', ...args]);
    expect(stable(stderr)).toBe(expected(`error-import-${name}.txt`, stable(stderr)));
    expect([code, stdout]).toEqual([exitCode, '']);
  });
});

test('thousands of nodes take seconds', async () => {
  const size = 5000;
  const ids = Array.from({ length: size }, (_, index) => index);
  const file = join(folder, 'large.graphml');
  const edges = ids.flatMap((id) =>
    [1, 7, 61].map((step) => `<edge source="n${id}" target="n${(id + step) % size}"/>`),
  );
  writeFileSync(
    file,
    `<graphml><graph>\n${ids.map((id) => `<node id="n${id}"/>`).join('\n')}\n${edges.join('\n')}\n</graph></graphml>`,
  );
  const { code, stdout } = await benito(['import', file, '--out', join(folder, 'large.xml')]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('5000 nodes, 15000 links, 0 LANs')]);
});
