import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import ts from 'typescript';
import { benito, root } from './_run.ts';

jest.setTimeout(120_000);

/** A drop-in folder far from the project, as `new platform` writes it, with nothing installed near it. */
let folder: string;
let stage: string;
let written: string;
let editor: { type(text: string): ts.LanguageService };
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'benito-editor-')));
  expect(await benito(['new', 'platform', 'box', '--stages', folder])).toMatchObject({ code: 0 });
  stage = join(folder, 'launch/box/nodes.ts');
  written = readFileSync(stage, 'utf8');
  editor = openEditor();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('in a folder of stages outside the project', () => {
  test('the compiler has nothing to say of what new platform writes', () => {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(tsc, ['--project', folder], { cwd: folder, encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
  });

  test.each([
    ['a field that an effect has not', 'mac: one.mac', 'mak: one.mac', /'mak' does not exist/],
    ['a wrong type', 'mac: one.mac', 'mac: one.port', /'number' is not assignable to type 'string'/],
    ['a fact that it does not declare', ", 'switchProcesses']", ']', /'switchProcesses' does not exist/],
    ['what is not exported', 'import { defineStage,', 'import { defineStages,', /no exported member/],
  ])('an editor complains of %s', (_, right, wrong, message) => {
    expect(written).toContain(right);
    expect(complaints(written)).toBe('');
    expect(complaints(written.replace(right, wrong))).toMatch(message);
  });

  test.each([
    ['what a node has', 'node.name', 'node.', ['name', 'interfaces', 'startup', 'ghost', 'control']],
    ['the effects', 'effect.tap', 'effect.', ['tap', 'netns', 'process', 'task', 'command']],
  ])('an editor completes %s', (_, whole, begun, expected) => {
    const at = written.indexOf(whole);
    const text = written.slice(0, at) + begun + written.slice(at + whole.length);
    const offered = editor.type(text).getCompletionsAtPosition(stage, at + begun.length, {});
    expect(offered?.entries.map(({ name }) => name)).toEqual(expect.arrayContaining(expected));
  });
});

function complaints(text: string): string {
  return editor
    .type(text)
    .getSemanticDiagnostics(stage)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    .join('\n');
}

/** What editors use, with the folder's tsconfig.json. */
function openEditor(): typeof editor {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  let typed = written;
  let version = 0;
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (path) => (path === stage ? String(version) : '0'),
    getScriptSnapshot: (path) => {
      const content = path === stage ? typed : ts.sys.readFile(path);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath!,
  });
  return {
    type(text) {
      typed = text;
      version += 1;
      return service;
    },
  };
}
