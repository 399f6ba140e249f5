import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { running } from '../../engine/conformance/running.ts';
import { commandOf, throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';

const FOLDER = '/etc/benito-new';
const STAGES = ['--stages', FOLDER];

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
});
afterAll(() => host.close());

test.each(['ts', 'sh', 'python'])('a new platform in %s brings nodes up as it stands', async (lang) => {
  const name = `box_${lang}`;
  const named = ['-e', `t-s/${name}`, '--var', `/tmp/${name}`];
  await host.ok('new', 'platform', name, '--lang', lang, ...STAGES);
  const before = await host.snapshot();
  await host.ok('up', `${FOLDER}/${name}.xml`, ...STAGES, ...named);
  expect((await host.ok('ping', ...named)).stdout).toContain('all reachable: 2 nodes');
  expect((await host.ok('logs', 'one', '--follow', ...named)).stdout).toContain('ended with status 0');

  await host.ok('stop', 'one', ...named);
  expect((await host.cli('exec', 'two', ...named, '--', 'ping', '-c', '1', '-W', '1', '10.0.0.1')).code).toBe(
    1,
  );
  await host.ok('start', 'one', ...STAGES, ...named);
  await host.ok('exec', 'two', ...named, '--', 'ping', '-c', '1', '10.0.0.1');

  await host.ok('down', '--purge', ...named);
  expect(await host.residue(before)).toEqual([]);
});

test.each(['ts', 'sh', 'python'])('a new platform in %s does what every platform must', async (lang) => {
  const folder = mkdtempSync('/var/tmp/benito-new-');
  const benito = (...words: readonly string[]) =>
    running(commandOf([...words, '--stages', folder]), {}).ended;
  try {
    const name = `box_${lang}`;
    expect(await benito('new', 'platform', name, '--lang', lang)).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await benito('conformance', name, '--kills', '1', '--json');
    const { rules } = JSON.parse(stdout) as { readonly rules: readonly { state: string; faults: unknown }[] };
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.filter(({ state }) => state === 'broken' || state === 'open')).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
