import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import { openJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { sealPlan } from '../../engine/plan/plan.ts';
import type { Plan, PlannedEffect } from '../../engine/plan/plan.ts';
import { takeDown } from '../../engine/run/down.ts';
import type { RunEvent } from '../../engine/run/events.ts';
import { bringUp } from '../../engine/run/up.ts';
import type { Execution } from '../../engine/run/execute.ts';
import { fake, fakeHost } from '../plan/_support.ts';
import type { FakeHost } from '../plan/_support.ts';

let directory = '';
let journal: Journal;
let events: RunEvent[];
let host: FakeHost;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-up-'));
  journal = openJournal(directory);
  host = fakeHost(['net', 'link', 'plug', 'file'], { replace: ['link'] });
  events = [];
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

function planOf(effects: readonly PlannedEffect[], phases: Plan['phases'] = ['setup', 'launch']): Plan {
  const experiment = experimentFact('t', 'x', '/var/x');
  return sealPlan({ experiment, phases, stages: [], probes: [], effects, leases: [], nodes: [], notes: [] });
}
function up(
  effects: readonly PlannedEffect[],
  more: Partial<Parameters<typeof bringUp>[1]> = {},
): Promise<Execution> {
  host.log.length = 0;
  return bringUp(planOf(effects), {
    journal,
    kinds: host.kinds,
    emit: (event) => events.push(event),
    ...more,
  });
}

const net = fake('net n');
const link = fake('link a', { within: ['net n'] });
const plug = fake('plug p', { diesWith: ['link a'] });

describe('bringing up', () => {
  test('twice does nothing the second time', async () => {
    expect((await up([net, link, plug])).done).toHaveLength(3);
    expect((await up([net, link, plug])).done).toEqual([]);
    expect(host.log).toEqual([]);
  });

  test('restores what is gone and what died with it, and nothing else', async () => {
    const other = fake('plug q');
    await up([net, link, plug, other]);
    host.there.delete('link a');
    await up([net, link, plug, other]);
    expect(host.log).toEqual(['unmake plug: p', 'make link: a', 'make plug: p']);
  });

  test('replaces what changed, and leaves the rest', async () => {
    await up([net, link, plug]);
    await up([net, { ...link, spec: { of: 'other' } }, plug]);
    expect(host.log).toEqual(['unmake plug: p', 'unmake link: a', 'make link: a', 'make plug: p']);
  });

  test('unmakes what is wanted no longer, of the phases that are planned', async () => {
    const file = fake('file f', {}, { stage: 'setup/x' });
    await up([net, link, file]);
    await bringUp(planOf([net], ['launch']), { journal, kinds: host.kinds, emit: () => undefined });
    expect([...host.there.keys()].sort()).toEqual(['file f', 'net n']);
  });

  test('of some effects only touches no others', async () => {
    await up([net, link, plug], { only: ({ kind }) => kind === 'net' });
    expect(host.log).toEqual(['make net: n']);
  });

  test('may be prevented by how the host was found', async () => {
    const prevented = up([net], {
      onSeen: () => {
        throw new Error('drifted');
      },
    });
    await expect(prevented).rejects.toThrow('drifted');
    expect(host.there.size).toBe(0);
  });

  test('tells how much each stage has to do', async () => {
    await up([net, link]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'delta', make: 2, byStage: { 'launch/fake': 2 } }),
    );
  });
});

describe('taking down', () => {
  const down = (purge: boolean) => takeDown({ journal, kinds: host.kinds, emit: () => undefined, purge });

  test('undoes all that was made, keeps what is for the user until it is purged', async () => {
    const kept = fake('file f', {}, { keep: 'user', stage: 'setup/x' });
    await up([net, link, plug, kept]);
    expect(await down(false)).toMatchObject({ residue: [] });
    expect([...host.there.keys()]).toEqual(['file f']);
    await down(true);
    expect(host.there.size).toBe(0);
  });

  test('leaves what was there before us', async () => {
    host.there.set('net n', net.spec);
    await up([net, link]);
    await down(false);
    expect([...host.there.keys()]).toContain('net n');
  });

  test('says what is left over', async () => {
    await up([net, link, plug]);
    host.broken.add('plug p');
    const { residue, execution } = await down(false);
    expect(residue).toEqual(['net n', 'link a', 'plug p']);
    expect(execution.failed).toEqual(['plug p']);
  });
});
