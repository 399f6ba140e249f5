import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { packageRoot } from '../../engine/config/package-root.ts';
import { planWith } from '../plan/_plan.ts';

const root = packageRoot();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const schema = (name: string) =>
  new Ajv({ allErrors: true }).compile(JSON.parse(read(`config/schemas/${name}.schema.json`)) as object);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-editor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what is generated is as the types are: npm run generate', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'config/generate/main.ts', '--check'],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
}, 120_000);

describe('schemas', () => {
  test('site.yaml is valid, parts of it too, and wrong ones are not; each setting is described', () => {
    const site = schema('site');
    expect(site(parse(read('config/site.yaml'))) || site.errors).toBe(true);
    expect(site({ control_net: { interface: 'eth1' }, platforms: { qemu: { memory: 256 } } })).toBe(true);
    expect(site({ control_nett: {} })).toBe(false);
    expect(site({ platforms: { qemu: { memory: 'much' } } })).toBe(false);
    const { properties } = JSON.parse(read('config/schemas/site.schema.json')) as {
      properties: Record<string, { description?: string; properties?: object }>;
    };
    const silent = Object.entries(properties).filter(([, one]) => !one.description && !one.properties);
    expect(silent).toEqual([]);
  });

  test('_platform.yaml is valid, and a wrong one is not', () => {
    const platform = schema('platform');
    expect(platform(parse(read('setup/tap/_platform.yaml'))) || platform.errors).toBe(true);
    expect(platform({ summary: 'x', verbs: { exec: { proces: 'x' } } })).toBe(false);
  });

  test('what stages answer, and what they are asked', async () => {
    const stage = `#!/bin/sh
if [ "$1" = --describe ]; then printf '{"summary":"x","needs":["experiment","nodes","routes","settings","topology","wired"]}'; exit; fi
jq '{ notes: [tojson] }'`;
    const { notes } = await planWith({ 'setup/one/40_x.sh': stage });
    const question = schema('stage-question');
    const asked = JSON.parse(notes.at(-1)!) as { facts: { nodes: unknown } };
    expect(question(asked) || question.errors).toBe(true);
    expect(question({ ...asked, facts: { nodes: [{ name: 5 }] } })).toBe(false);

    const answer = schema('stage-answer');
    expect(answer({ effects: [{ kind: 'netns', name: 'n', node: 'a' }], facts: {}, notes: ['x'] })).toBe(
      true,
    );
    expect(answer({ skip: 'nothing to do' })).toBe(true);
    expect(answer({ effects: [{ kind: 'netns', nam: 'n' }] })).toBe(false);
    const description = schema('stage-description');
    expect(description({ summary: 'x', needs: ['nodes'] })).toBe(true);
    expect(description({ summary: 'x', need: [] })).toBe(false);
  }, 30_000);
});

test('stages of a drop-in folder have their types, with nothing installed', () => {
  const cli = join(root, 'engine/cli/benito-pipeline.js');
  const made = spawnSync(process.execPath, [cli, 'new', 'platform', 'box', '--stages', folder], {
    encoding: 'utf8',
  });
  expect(made.status).toBe(0);
  const check = (): string =>
    spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  expect(check()).toBe('');
  const file = join(folder, 'launch/box/nodes.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('device: one.name', 'devise: one.nam'));
  expect(check()).toMatch(/launch\/box\/nodes\.ts.*'devise' does not exist|'nam' does not exist/s);
}, 120_000);
