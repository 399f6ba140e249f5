import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import type { VNode } from '../../engine/model/vnode.ts';
import { platformOfYaml } from '../../engine/platform/of-yaml.ts';
import { messageOf } from '../topdl/support.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, '_platform.yaml');
  writeFileSync(file, text);
  return platformOfYaml(file);
}
const refusal = (text: string): string => messageOf(() => read(text)).replaceAll(`${folder}/`, '');

const experiment = experimentFact('demo', 'star', '/var/benito');
const node = { name: 'n-0', control: { address: '192.168.144.7' } } as VNode;

test('a platform is declared as data, its verbs with placeholders', () => {
  const { verbs, ...rest } = read(`
summary: a box
aliases: [crate]
controlNet: true
hostFiles: 9p
lacks: [routes]
settings:
  size: { type: number, default: 5, min: 1, summary: how large }
  colour: { type: [red, blue], default: red, summary: which }
verbs:
  exec: { argv: ['{sshCommand}'], quoted: true }
  alive: { kind: process, name: 'box-{node}' }
  console: [attach, '{stateDir}/boxes/{node}', '{control}']
  stop: { argv: [halt, '{project}/{experiment}'], seconds: 5 }
`);
  expect(rest).toEqual({
    summary: 'a box',
    aliases: ['crate'],
    controlNet: true,
    hostFiles: '9p',
    lacks: ['routes'],
    settings: {
      size: { type: 'number', default: 5, min: 1, summary: 'how large' },
      colour: { type: ['red', 'blue'], default: 'red', summary: 'which' },
    },
  });
  expect(verbs?.alive?.(node, experiment)).toEqual({ kind: 'process', name: 'box-n-0' });
  expect(verbs?.console?.(node, experiment)).toEqual([
    'attach',
    `${experiment.stateDir}/boxes/n-0`,
    '192.168.144.7',
  ]);
  expect(verbs?.stop?.(node, experiment)).toEqual({ argv: ['halt', 'demo/star'], seconds: 5 });
  const { argv, quoted } = verbs!.exec!(node, experiment);
  expect([argv?.[0], argv?.slice(-3), quoted]).toEqual(['ssh', ['-T', '192.168.144.7', '--'], true]);
  expect(verbs?.ssh).toBeUndefined();
});

describe('mistakes are told with their line', () => {
  test.each([
    ['summary: [', /^_platform\.yaml:1:\d+: /],
    ['aliases: []\n', /^_platform\.yaml: summary: expected string/],
    ['summary: x\nsumary: y\n', /^_platform\.yaml:2: sumary: there is no such field/],
    [
      'summary: x\nverbs:\n  exec:\n    proces: y\n',
      /^_platform\.yaml:4: verbs\.exec\.proces: there is no such field/,
    ],
    ['summary: x\nlacks:\n  - routes\n  - legs\n', /^_platform\.yaml:4: lacks\.1: .*"routes"/],
    [
      "summary: x\nverbs:\n  shell: ['{nod}']\n",
      /^_platform\.yaml:3: verbs\.shell\.0: \{nod\} stands for nothing\n.*\{node\}/,
    ],
    [
      "summary: x\nverbs:\n  ssh: ['{ssh}']\n",
      /^_platform\.yaml:3: verbs\.ssh\.0: \{ssh\} needs an address.*\n.*controlNet: true/,
    ],
    [
      "summary: x\ncontrolNet: true\nverbs:\n  ssh: ['a{ssh}']\n",
      /:4: verbs\.ssh\.0: \{ssh\} stands for several words/,
    ],
  ])('%j', (text, message) => {
    expect(refusal(text)).toMatch(message);
  });
});
