import { describe, expect, test } from '@jest/globals';
import { effectsOf, selectedStages, selectStages } from '../../engine/cli/stage-selection.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import type { StageFile } from '../../engine/stage/discover.ts';
import { fake } from '../plan/_support.ts';
import { messageOf } from '../topdl/support.ts';

const files = ['setup/02_a', 'setup/04_b', 'setup/vm/01_c', 'launch/x'].map((name): StageFile => ({
  name,
  phase: name.split('/')[0] as StageFile['phase'],
  file: `/s/${name}.ts`,
  replaces: [],
}));
const planOf = (...names: readonly string[]) =>
  ({ stages: names.map((name) => ({ name, file: '', summary: '', needs: [], provides: [] })) }) as Pick<
    Plan,
    'stages'
  >;

describe('stages on the command line', () => {
  test('may be named with the phase and without', () => {
    expect(selectStages({ stage: '04_b' }, 'setup', files)).toEqual({ from: 'setup/04_b', to: 'setup/04_b' });
    expect(selectStages({ from: 'setup/02_a', to: 'vm/01_c' }, 'setup', files)).toEqual({
      from: 'setup/02_a',
      to: 'setup/vm/01_c',
    });
    expect(selectStages({}, 'setup', files)).toBeUndefined();
  });

  test('that are not known are told with those that are', () => {
    expect(messageOf(() => selectStages({ stage: 'x' }, 'setup', files))).toBe(
      "there is no stage 'x' in setup\n  hint: stages of setup: 02_a, 04_b, vm/01_c",
    );
  });

  test('are a part of those planned; what the user gave goes with the first', () => {
    const plan = planOf('setup/02_a', 'setup/04_b', 'setup/90_z');
    expect([...selectedStages(plan, { to: 'setup/04_b' })]).toEqual([
      'setup/input',
      'setup/02_a',
      'setup/04_b',
    ]);
    expect([...selectedStages(plan, { from: 'setup/04_b' })]).toEqual(['setup/04_b', 'setup/90_z']);
  });

  test('that are not planned are told with the reason', () => {
    const plan = planOf('setup/02_a', 'setup/04_b');
    expect(messageOf(() => selectedStages(plan, { from: 'setup/vm/01_c' }))).toContain(
      'no node of the experiment',
    );
    expect(messageOf(() => selectedStages(plan, { from: 'setup/90_z', to: 'setup/04_b' }))).toContain(
      'it comes after setup/04_b',
    );
  });

  test('bring the directories that their files are in', () => {
    const effects = [
      fake('directory /c', {}, { stage: 'setup/input' }),
      fake('directory /c/d', { after: ['directory /c'] }, { stage: 'setup/02_a' }),
      fake('file /c/d/f', { after: ['directory /c/d'] }, { stage: 'setup/04_b' }),
      fake('file /c/g', { after: ['directory /c'] }, { stage: 'setup/02_a' }),
    ];
    const only = effectsOf({ effects } as unknown as Plan, new Set(['setup/04_b']));
    expect(effects.filter(only).map(({ name }) => name)).toEqual(['/c', '/c/d', '/c/d/f']);
  });
});
