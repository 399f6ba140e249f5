import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { planWith, rejection } from './_plan.ts';

const DIRECTORY = fileURLToPath(new URL('../golden/stage-errors/', import.meta.url));
const FILE = 'setup/one/40_x.sh';

/** A program in sh that describes itself and answers this; `plan` is shell text. */
function program(plan: string, description: unknown = { summary: 'x', needs: ['nodes'] }): string {
  return `#!/bin/sh\nif [ "$1" = --describe ]; then echo '${JSON.stringify(description)}'; exit; fi\n${plan}\n`;
}
const answers = (answer: unknown, description?: unknown) =>
  program(`cat <<'END'\n${JSON.stringify(answer)}\nEND`, description);

/** The message that planning with this program ends in, its file without its folder. */
async function refusal(text: string): Promise<string> {
  return (await rejection(planWith({ [FILE]: text }))).replace(/\/[^ ]*\/(?=setup\/one)/g, '');
}

test('a program plans from its facts what a module would', async () => {
  const python = `#!/usr/bin/python3
import json, sys
if sys.argv[1:] == ['--describe']:
    print(json.dumps({'summary': 'x', 'needs': ['experiment', 'nodes', 'fromModule'], 'provides': ['fromProgram']}))
    sys.exit()
question = json.load(sys.stdin)
facts = question['facts']
name = facts['nodes'][0]['name']
print(json.dumps({
    'effects': [
        {'kind': 'netns', 'name': 'ns'},
        {'kind': 'tap', 'netns': 'ns', 'device': 'eth0', 'mac': '02:00:00:00:00:01', 'node': name, 'after': [facts['fromModule']]},
        {'kind': 'process', 'name': 'p', 'netns': 'netns ns', 'argv': ['sleep', '1'], 'diesWith': ['tap ns/eth0']},
    ],
    'facts': {'fromProgram': {'node': name, 'claimed': question['claimed'], 'probed': question['probed']}},
    'notes': ['a note'],
}))
print('a warning', file=sys.stderr)
`;
  const plan = await planWith({
    [FILE.replace('.sh', '.py')]: python,
    'setup/one/30_module.ts': `export default {
      summary: 'x', provides: ['fromModule'],
      plan() {
        const d = { kind: 'directory', name: '/nonexistent/d', spec: { path: '/nonexistent/d' }, edges: { after: [], within: [], diesWith: [] } };
        return { effects: [d], facts: { fromModule: d } };
      },
    };`,
    'setup/one/50_module.ts': `export default {
      summary: 'x', needs: ['fromProgram'],
      plan: ({ facts }) => ({ notes: [JSON.stringify(facts.fromProgram)] }),
    };`,
  });
  const mine = plan.effects.filter(({ stage, kind }) => stage === 'setup/one/40_x' && kind !== 'file');
  expect(mine).toEqual([
    { kind: 'netns', name: 'ns', spec: { name: 'ns' }, edges: edges(), stage: 'setup/one/40_x' },
    {
      kind: 'tap',
      name: 'ns/eth0',
      spec: { netns: 'ns', device: 'eth0', mac: '02:00:00:00:00:01', addresses: [] },
      edges: edges({ after: ['directory /nonexistent/d'], within: ['netns ns'] }),
      node: 'a',
      stage: 'setup/one/40_x',
    },
    {
      kind: 'process',
      name: 'p',
      spec: { netns: 'ns', argv: ['sleep', '1'] },
      edges: edges({ diesWith: ['netns ns', 'tap ns/eth0'] }),
      stage: 'setup/one/40_x',
    },
  ]);
  expect(plan.notes.slice(-3)).toEqual([
    'a note',
    'setup/one/40_x: a warning',
    '{"node":"a","claimed":[],"probed":{}}',
  ]);
});

test('a program may skip, claim and probe', async () => {
  const description = {
    summary: 'x',
    claims: [{ node: 'a' }],
    probes: [{ name: 'kernel', argv: ['uname'] }],
  };
  const plan = await planWith({
    [FILE]: program(`jq -c '{skip: "\\(.claimed[0].address), \\(.probed.kernel.status)"}'`, description),
  });
  expect(plan.stages.find(({ name }) => name === 'setup/one/40_x')?.skipped).toBe('192.168.144.2, 0');
});

const wrong: Record<string, string> = {
  nothing: program('true'),
  'not JSON': program('echo hello'),
  'a wrong field': answers({ effect: [] }),
  'a wrong effect': answers({ effects: [{ kind: 'tapp', device: 'x' }] }),
  'a wrong member of an effect': answers({
    effects: [
      { kind: 'netns', name: 'n' },
      { kind: 'tap', device: 'x', mac: 5, netns: 'n', adresses: [] },
    ],
  }),
  'an effect without a member': answers({ effects: [{ kind: 'process', name: 'p' }] }),
  'a wrong reference': answers({ effects: [{ kind: 'directory', path: '/x', after: ['switch'] }] }),
  'a command that is nothing': answers({ effects: [{ kind: 'command', identity: 'c', make: ['true'] }] }),
  'an edge that leads nowhere': answers({
    effects: [{ kind: 'directory', path: '/x', after: ['netns none'] }],
  }),
  'a reason that is none': answers({ skip: 5 }),
  'an exit code': program('echo "the node has no name" >&2; exit 3'),
  'a change by itself': program('touch /etc/changed'),
  'a hang': program('sleep 100', { summary: 'x', seconds: 0.5 }),
  'too much': program('yes'),
  'a fact that it does not declare': answers({ facts: { stray: 1 } }),
  'no fact that it declares': answers({}, { summary: 'x', provides: ['promised'] }),
  'a description that is none': answers({}, { needs: ['nodes'], provide: [] }),
  'no description': '#!/bin/sh\necho no\n',
  'an interpreter that is not there': '#!/nowhere/python\n',
};

test.each(Object.keys(wrong))('%s is told with the stage and the field', async (what) => {
  const message = `${await refusal(wrong[what]!)}\n`;
  const golden = `${DIRECTORY}${what.replaceAll(' ', '-')}.txt`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, message);
  expect(message).toBe(readFileSync(golden, 'utf8'));
});

function edges(some: object = {}): object {
  return { after: [], within: [], diesWith: [], ...some };
}
