import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readAsked, readFping, readFpingCounts } from '../../engine/cli/ping/answers.ts';
import { renderOutcome } from '../../engine/cli/ping/matrix.ts';
import { neighbourCount } from '../../engine/cli/ping/neighbours.ts';
import { judge } from '../../engine/cli/ping/outcome.ts';
import { expect as expectation } from '../../engine/cli/ping/targets.ts';
import { askingCommand } from '../../engine/cli/ping/script.ts';
import type { PingNode } from '../../engine/cli/ping/targets.ts';
import { noColors } from '../../engine/report/colors.ts';

const LOOK = { width: 110, colors: noColors };

function node(name: string, on: Readonly<Record<string, string>>, ghost = false): PingNode {
  const interfaces = Object.entries(on).map(([substrate, address], index) => ({
    name: `inf00${index}`,
    substrate,
    address,
    netmask: '255.255.255.0',
    prefix: 24,
    mac: '',
    switch: '',
    port: 1,
  }));
  return { name, ghost, interfaces };
}

/** a - r - b, and c alone with d; g would connect the two, and sleeps. */
const NODES = [
  node('a', { left: '10.0.0.1' }),
  node('r', { left: '10.0.0.2', right: '10.0.1.1' }),
  node('b', { right: '10.0.1.2' }),
  node('g', { right: '10.0.1.3', far: '10.0.2.3' }, true),
  node('c', { far: '10.0.2.1' }),
  node('d', { far: '10.0.2.2' }),
];

function answered(lost: Readonly<Record<string, readonly string[]>> = {}) {
  const all = NODES.filter(({ ghost }) => !ghost);
  return new Map(
    all.map(({ name }) => [
      name,
      new Map(
        all
          .flatMap(({ interfaces }) => interfaces)
          .filter(({ address }) => !lost[name]?.includes(address))
          .map(({ address }) => [address, 0.5] as const),
      ),
    ]),
  );
}

function outcomeOf(lost?: Readonly<Record<string, readonly string[]>>, from?: readonly string[]) {
  const wanted = expectation(NODES);
  return judge(wanted, answered(lost), { from: from ?? wanted.nodes, to: wanted.nodes });
}

describe('what fping and ping say', () => {
  test('of addresses that answer', () => {
    const text = '10.0.0.1 is alive (0.046 ms)\n10.0.0.2 is unreachable\n10.0.0.3 is alive (12 ms)\nICMP Host Unreachable from 10.0.0.9 for ICMP Echo sent to 10.0.0.4\n'; // prettier-ignore
    expect([...readFping(text)]).toEqual([
      ['10.0.0.1', 0.046],
      ['10.0.0.3', 12],
    ]);
  });

  test('of several requests', () => {
    const text = '\n10.0.0.1  : 0.10 - 0.30\n10.0.0.22 : - - -\n';
    expect([...readFpingCounts(text)]).toEqual([
      ['10.0.0.1', [0.1, null, 0.3]],
      ['10.0.0.22', [null, null, null]],
    ]);
  });

  test('of nodes that ask by themselves', () => {
    expect([...readAsked('10.0.0.1 0.051\n10.0.0.2 -\nWelcome to the node\n10.0.0.1 -\n')]).toEqual([
      ['10.0.0.1', [0.051, null]],
      ['10.0.0.2', [null]],
    ]);
  });

  test.each([
    ['iputils', ['64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.051 ms', '', '1 packets transmitted, 1 received, 0% packet loss, time 0ms', 'rtt min/avg/max/mdev = 0.051/0.051/0.051/0.000 ms']], // prettier-ignore
    ['busybox', ['64 bytes from 10.0.0.1: seq=0 ttl=64 time=0.051 ms', '', 'round-trip min/avg/max = 0.051/0.051/0.051 ms']], // prettier-ignore
  ])('%s gives its answers in words that the script knows', (_name, said) => {
    const folder = mkdtempSync(join(tmpdir(), 'ping-'));
    const answer = `case $6 in 10.0.0.1) printf '%s\\n' ${said.map((line) => `'${line}'`).join(' ')} ;; *) exit 1 ;; esac`;
    writeFileSync(join(folder, 'ping'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    const [command, ...words] = askingCommand(['10.0.0.1', '10.0.0.2', '10.0.0.1'], 100);
    const { stdout } = spawnSync(command!, words, { env: { PATH: `${folder}:/usr/bin:/bin` } });
    rmSync(folder, { recursive: true });
    expect(stdout.toString().split('\n').sort()).toEqual([
      '',
      '10.0.0.1 0.051',
      '10.0.0.1 0.051',
      '10.0.0.2 -',
    ]);
  });
});

describe('who is to reach whom', () => {
  test('those that awake nodes connect', () => {
    const { nodes, together } = expectation(NODES);
    expect(nodes).toEqual(['a', 'r', 'b', 'c', 'd']);
    expect(together('a', 'b')).toBe(true);
    expect(together('c', 'd')).toBe(true);
    expect(together('b', 'c')).toBe(false);
    expect(together('a', 'a')).toBe(true);
  });

  test('a node without interfaces is alone', () => {
    const { together } = expectation([node('x', {}), node('y', {})]);
    expect(together('x', 'y')).toBe(false);
  });

  test('entries of the neighbour table', () => {
    expect(neighbourCount(NODES)).toBe(2 + 6 + 6);
  });
});

describe('the matrix', () => {
  test('where all is well', () => {
    const outcome = outcomeOf();
    expect(outcome).toMatchObject({ pairs: 10, apart: 14, failures: [] });
    expect(renderOutcome(outcome, LOOK)).toEqual([
      'FROM \\ TO  a   r   b   c   d',
      'a          -   ok  ok  ·   ·',
      'r          ok  -   ok  ·   ·',
      'b          ok  ok  -   ·   ·',
      'c          ·   ·   ·   -   ok',
      'd          ·   ·   ·   ok  -',
      '',
      'ok: every address of the node answers, ·: nothing connects the two, no answer is expected',
      '',
      'all reachable: 5 nodes, 10 pairs of a node and an address; 14 more that nothing connects',
    ]);
  });

  test('where some addresses do not answer', () => {
    const lines = renderOutcome(outcomeOf({ a: ['10.0.1.1', '10.0.1.2'], b: ['10.0.0.1'] }), LOOK);
    expect(lines.slice(1, 4)).toEqual([
      'a          -    1/2  1/1  ·   ·',
      'r          ok   -    ok   ·   ·',
      'b          1/1  ok   -    ·   ·',
    ]);
    expect(lines).toContain('  10.0.1.1 (inf001 of r, on right) not from a');
    expect(lines.at(-1)).toMatch(/^3 unreachable: 5 nodes, 10 pairs/);
  });

  test('of a source that could not ask', () => {
    const wanted = expectation(NODES);
    const scope = { from: ['a'], to: wanted.nodes };
    expect(judge(wanted, new Map(), scope).failures).toHaveLength(3);
  });

  test('of one source is a list', () => {
    expect(renderOutcome(outcomeOf({ a: ['10.0.1.1'] }, ['a']), LOOK).slice(0, 5)).toEqual([
      'TO       FROM a',
      'r   1/2  1 of 2 addresses',
      'b   ok   1 of 1 addresses',
      'c   ·    nothing connects the two',
      'd   ·    nothing connects the two',
    ]);
  });

  test('numbers its columns where names are too long', () => {
    const lines = renderOutcome(outcomeOf(), { ...LOOK, width: 28 });
    expect(lines[0]).toBe('   FROM \\ TO  1   2   3   4   5');
    expect(lines[2]).toBe('2  r          ok  -   ok  ·   ·');
  });

  test('of many nodes is only told', () => {
    const many = Array.from({ length: 60 }, (_, index) => node(`n-${index}`, { lan: `10.0.0.${index + 1}` }));
    const wanted = expectation(many);
    const dead = judge(wanted, new Map(), { from: wanted.nodes, to: wanted.nodes });
    const lines = renderOutcome(dead, LOOK);
    expect(lines).toHaveLength(24);
    expect(lines[0]).toBe('Unreachable:');
    expect(lines.at(-1)).toBe('3540 unreachable: 60 nodes, 3540 pairs of a node and an address');
  });
});
