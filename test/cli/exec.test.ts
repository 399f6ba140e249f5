import { describe, expect, test } from '@jest/globals';
import { canBeEntered, findNode, inside } from '../../engine/cli/enter.ts';
import type { Known } from '../../engine/cli/known.ts';
import { cleanEnv } from '../../engine/cli/run-inside.ts';
import { experimentFact } from '../../engine/config/experiment.ts';
import type { NodeRecord } from '../../engine/plan/plan.ts';

const ENTRY = { process: 'node-a', namespaces: ['net', 'mnt', 'uts', 'pid'], hostTools: true } as const;

function record(name: string, more: Partial<NodeRecord> = {}): NodeRecord {
  return {
    name,
    platform: 'process',
    pnode: 'pnode-0000',
    interfaces: [],
    failureAction: 'fatal',
    ghost: false,
    attributes: [],
    entry: ENTRY,
    ...more,
  };
}

function known(nodes: readonly NodeRecord[]): Known {
  return {
    experiment: experimentFact('p', 'x', '/var/benito'),
    full: 'p/x',
    journal: {
      effects: new Map([['process other', {}]]),
      leases: new Map(),
      asked: new Set<string>(),
      nodes,
      stopped: new Set<string>(),
      recorded: () => undefined,
    } as unknown as Known['journal'],
  };
}

describe('finding a node', () => {
  test('a name that is wrong gets the nearest ones', () => {
    const all = ['center', 'n-0', 'n-1', 'server'].map((name) => record(name));
    expect(() => findNode(known(all), 'cemter')).toThrow(/has no node 'cemter'\n {2}hint: its nodes: center/);
    expect(findNode(known(all), 'n-1').name).toBe('n-1');
  });

  test('an experiment that is not up has none', () => {
    expect(() => findNode(known([]), 'a')).toThrow('p/x is not up');
  });
});

describe('the way into a node', () => {
  test.each([
    ['is a ghost', record('a', { ghost: true })],
    ['declares no way into', (({ entry: _entry, ...rest }) => rest)(record('a'))],
    ['is not running', record('a')],
  ])('that %s', (message, node) => {
    expect(() => inside(known([node]), node, [])).toThrow(message);
    expect(canBeEntered(known([node]), node)).toBe(false);
  });

  test('may be a command of the host', () => {
    const node = record('q', { entry: { argv: ['ssh', '10.0.0.1', '--'] } });
    expect(inside(known([node]), node, ['a b', '$c'])).toEqual(['ssh', '10.0.0.1', '--', 'a b', '$c']);
  });

  test('may lead through a shell, which gets every word quoted', () => {
    const node = record('q', { entry: { argv: ['ssh', '10.0.0.1', '--'], quoted: true } });
    expect(inside(known([node]), node, ['a b', "it's", '']).slice(3)).toEqual(["'a b'", `'it'\\''s'`, "''"]);
  });

  test('is no way while the node is stopped', () => {
    const node = record('q', { alive: 'process node-q', entry: { argv: ['ssh'] } });
    const stopped = known([node]);
    Object.assign(stopped.journal, { stopped: new Set(['q']) });
    expect(() => inside(stopped, node, [])).toThrow(
      'q was stopped\n  hint: start it: benito-pipeline start q -e p/x',
    );
  });
});

test('commands in nodes get nothing of the caller', () => {
  process.env.BENITO_SECRET = 'x';
  expect(Object.keys(cleanEnv())).not.toContain('BENITO_SECRET');
  expect(cleanEnv({ PS1: '$' })).toMatchObject({ HOME: '/root', USER: 'root', PS1: '$' });
  delete process.env.BENITO_SECRET;
});
