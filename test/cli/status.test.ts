import { describe, expect, test } from '@jest/globals';
import { render } from '../../engine/cli/commands/status.ts';
import { nodeState } from '../../engine/cli/status/health.ts';
import type { Damage, Health, NodeHealth } from '../../engine/cli/status/health.ts';
import { experimentFact } from '../../engine/config/experiment.ts';
import { noColors } from '../../engine/report/colors.ts';
import type { NodeRecord } from '../../engine/plan/plan.ts';

const KNOWN = { full: 'p/x', experiment: experimentFact('p', 'x', '/var/benito') };
const LOOK = { width: 80, colors: noColors };
const GONE: Damage = { effect: 'process node-a', what: 'the node a', state: 'gone', why: [] };
const DOWN: Damage = { effect: 'tap p.x.a/e0', what: 'TAP e0', state: 'different', why: ['it is down'] };

function nodeOf(name: string, more: Partial<NodeRecord> = {}): NodeRecord {
  return {
    name,
    platform: 'process',
    pnode: 'pnode-0000',
    interfaces: [
      {
        name: 'e0',
        substrate: 'lan',
        address: '10.0.0.1',
        netmask: '255.255.255.0',
        prefix: 24,
        mac: '',
        switch: '',
        port: 1,
      },
    ],
    failureAction: 'fatal',
    ghost: false,
    attributes: [],
    alive: `process node-${name}`,
    ...more,
  };
}

function health(nodes: readonly NodeHealth[], more: Partial<Health> = {}): Health {
  return { state: 'up', nodes, shared: [], ...more };
}

describe('the state of a node', () => {
  const node = nodeOf('a');
  const made = { status: 'made' } as const;
  test.each([
    ['running', node, made, []],
    ['dead', node, made, [GONE, DOWN]],
    ['incomplete', node, made, [DOWN]],
    ['incomplete', node, undefined, []],
    ['incomplete', node, { status: 'making' } as const, [GONE]],
    ['ghost', nodeOf('a', { ghost: true }), undefined, []],
    ['running', { ghost: false }, undefined, []],
  ] as const)('%s', (state, record, alive, damage) => {
    expect(nodeState(record, alive, damage)).toBe(state);
  });
});

describe('what status says', () => {
  test('where all is well, with how start commands ended', () => {
    const nodes: NodeHealth[] = [
      {
        node: nodeOf('a'),
        state: 'running',
        damage: [],
        startCommand: { command: 'x', state: 'ended', exitStatus: 7 },
      },
      { node: nodeOf('b'), state: 'running', damage: [], startCommand: { command: 'x', state: 'running' } },
      { node: nodeOf('g', { ghost: true }), state: 'ghost', damage: [] },
    ];
    expect(render(KNOWN, health(nodes), LOOK)).toEqual([
      'p/x is up: 3 nodes, 2 running, 1 ghost',
      '',
      'NODE  PLATFORM  STATE    START COMMAND  ADDRESSES',
      'a     process   running  exit status 7  10.0.0.1/24',
      'b     process   running  running        10.0.0.1/24',
      'g     process   ghost                   10.0.0.1/24',
    ]);
  });

  test('what died, and what mends it', () => {
    const shared: Damage = {
      effect: 'process switch-lan',
      what: 'the VDE switch of lan',
      state: 'gone',
      why: [],
    };
    const nodes: NodeHealth[] = [
      { node: nodeOf('a'), state: 'dead', damage: [GONE, DOWN] },
      { node: nodeOf('b'), state: 'incomplete', damage: [DOWN] },
    ];
    const lines = render(KNOWN, health(nodes, { state: 'partly', shared: [shared] }), LOOK);
    expect(lines[0]).toBe('p/x is partly up: 2 nodes, 1 dead, 1 incomplete');
    expect(lines.slice(-6)).toEqual([
      'Not as it was brought up:',
      '  the VDE switch of lan: gone',
      '  a is dead, and 1 of its parts',
      '  b: TAP e0: it is down',
      '',
      'Mend it: benito-pipeline up EXPERIMENT -e p/x',
    ]);
  });

  test('after a reboot first what is gone, then what brings it back', () => {
    const nodes: NodeHealth[] = [
      { node: nodeOf('a'), state: 'dead', damage: [] },
      { node: nodeOf('g', { ghost: true }), state: 'ghost', damage: [] },
    ];
    expect(render(KNOWN, health(nodes, { state: 'rebooted', boot: '2026-11-23T09:05:00' }), LOOK)).toEqual([
      'p/x is gone: this host was started anew at 2026-11-23 09:05, and 1 of 1 nodes went with it',
      'Bring it back as it was set up: benito-pipeline run launch -e p/x',
      'Or from the experiment file:    benito-pipeline up EXPERIMENT -e p/x',
    ]);
  });

  test('of a node that was stopped', () => {
    const nodes: NodeHealth[] = [{ node: nodeOf('a'), state: 'stopped', damage: [] }];
    expect(render(KNOWN, health(nodes), LOOK)).toEqual([
      'p/x is up: 1 nodes, 1 stopped',
      '',
      'NODE  PLATFORM  STATE    ADDRESSES',
      'a     process   stopped  10.0.0.1/24',
    ]);
  });

  test('that nothing is up, and how the last run ended', () => {
    const lastRun = { command: 'up', time: '', end: 'cut-short', pid: 1 } as const;
    expect(render(KNOWN, health([], { state: 'not-up', lastRun }), LOOK)).toEqual([
      'p/x is not up (/var/benito)',
      'The last run (up) was cut short: up again resumes, down clears',
    ]);
  });

  test('long lists of addresses are wrapped, and shortened where nodes are many', () => {
    const interfaces = Array.from({ length: 12 }, (_, index) => ({
      ...nodeOf('a').interfaces[0]!,
      address: `10.0.${index}.1`,
    }));
    const wide = nodeOf('a', { interfaces });
    const one = render(KNOWN, health([{ node: wide, state: 'running', damage: [] }]), LOOK);
    expect(one.length).toBeGreaterThan(4);
    expect(Math.max(...one.map(({ length }) => length))).toBeLessThanOrEqual(80);
    const many = Array.from({ length: 60 }, () => ({ node: wide, state: 'running', damage: [] }) as const);
    expect(render(KNOWN, health(many), LOOK)).toHaveLength(63);
  });
});
