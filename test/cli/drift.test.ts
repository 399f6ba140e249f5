import { describe, expect, test } from '@jest/globals';
import {
  driftOfHost,
  driftOfInputs,
  driftOfLeases,
  driftOfProbes,
  refuseDrift,
} from '../../engine/cli/drift.ts';
import { stateTexts } from '../../engine/cli/host-view.ts';
import { messageOf } from '../topdl/support.ts';

describe('drift', () => {
  test('of inputs: changed, gone, come since; versions are shown', () => {
    const long = (letter: string): string => letter.repeat(64);
    const then = {
      'engine version': '0.1.0',
      'experiment x.xml': long('a'),
      'stage setup/1_a': long('b'),
      same: 's',
    };
    const now = {
      'engine version': '0.2.0',
      'experiment x.xml': 'not there',
      'stage setup/2_b': long('c'),
      same: 's',
    };
    expect(driftOfInputs(then, now)).toEqual([
      'engine version was 0.1.0, and is 0.2.0',
      'experiment x.xml is gone',
      'stage setup/1_a is gone',
      'stage setup/2_b has come to be since',
    ]);
    expect(driftOfInputs({ x: long('a') }, { x: long('b') })).toEqual(['x has changed']);
  });

  test('of the host: only of what was seen then', () => {
    expect(driftOfHost({ 'tap a': 'absent' }, { 'tap a': 'present', 'tap b': 'absent' })).toEqual([
      'tap a was absent, and is present',
    ]);
    expect(driftOfHost({ 'tap a': 'absent' }, {})).toEqual([]);
  });

  test('is not that a process has another id', () => {
    const seen = (pid: number) =>
      stateTexts(
        new Map([['netns n', { state: 'different', why: [`lives on in process ${pid}`], mend: 'in-place' }]]),
      );
    expect(driftOfHost(seen(17), seen(4711))).toEqual([]);
  });

  test('of leases: given otherwise, or not given', () => {
    const lease = (node: string, address: string) => ({ node, address, prefix: 24, mac: 'm' });
    expect(driftOfLeases([lease('a', '1.0.0.1'), lease('b', '1.0.0.2')], [lease('a', '1.0.0.9')])).toEqual([
      'the lease of a was to be 1.0.0.1, and is 1.0.0.9',
      'the lease of b was to be 1.0.0.2, and is not given',
    ]);
  });

  test('of probes: another status, or another output', () => {
    const probe = (status: number, stdout: string) => ({
      stage: 'launch/x',
      name: 'kvm',
      argv: ['x'],
      status,
      stdout,
    });
    const then = [probe(0, 'a'), probe(0, 'b'), probe(0, 'c')];
    expect(driftOfProbes(then, [probe(0, 'a'), probe(1, 'b'), probe(0, 'd')])).toEqual([
      "the probe 'kvm' of launch/x ended with status 0, and ends with 1",
      "the probe 'kvm' of launch/x prints something else now",
    ]);
  });

  test('is refused with everything that drifted, the first twenty one by one', () => {
    expect(() => refuseDrift('x.plan', [])).not.toThrow();
    const message = messageOf(() =>
      refuseDrift(
        'x.plan',
        Array.from({ length: 30 }, (_, index) => `thing ${index}`),
      ),
    );
    expect(message).toContain('x.plan: the plan is not carried out');
    expect(message).toContain('(30 differences, of which the first 20)');
    expect(message).toContain('thing 19');
    expect(message).not.toContain('thing 20');
  });
});
