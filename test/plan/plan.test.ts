import { describe, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import { sealPlan } from '../../engine/plan/plan.ts';
import type { Plan, PlannedEffect } from '../../engine/plan/plan.ts';
import { messageOf } from '../topdl/support.ts';
import { fake } from './_support.ts';

function seal(effects: readonly PlannedEffect[], notes: readonly string[] = []): Plan {
  const experiment = experimentFact('t', 'x', '/var/x');
  return sealPlan({
    experiment,
    phases: ['launch'],
    stages: [],
    effects,
    probes: [],
    leases: [],
    nodes: [],
    notes,
  });
}

describe('a plan', () => {
  test('has one hash for one content; notes are not part of it', () => {
    expect(seal([fake('link a')]).hash).toBe(seal([fake('link a')], ['by the way']).hash);
    expect(seal([fake('link a')]).hash).not.toBe(seal([fake('link b')]).hash);
  });

  test('keeps its hash through JSON', () => {
    const { hash, ...rest } = seal([fake('link a', { after: [] }, { node: 'n' })]);
    expect(sealPlan(JSON.parse(JSON.stringify(rest)) as Plan).hash).toBe(hash);
  });

  test('is refused where its effects do not hang together, all of it told', () => {
    const effects = [
      fake('link a', { after: ['net gone'] }),
      fake('link a', {}, { stage: 'launch/other' }),
      fake('tap t', {}, { spec: { device: 'a-name-of-sixteen' } }),
      fake('process s', {}, { spec: { ready: { socket: `/run/${'x'.repeat(120)}` } } }),
    ];
    const message = messageOf(() => seal(effects));
    expect(message).toContain('the stages launch/fake and launch/other both ask for link a');
    expect(message).toContain('hangs link a on net gone, which no stage asks for');
    expect(message).toContain("'a-name-of-sixteen' (tap t) is longer than the kernel's 15 bytes");
    expect(message).toContain('the socket path /run/xxx');
  });
});
