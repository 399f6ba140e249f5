import { describe, expect, test } from '@jest/globals';
import type { StageDefinition } from '../../engine/stage/define.ts';
import { orderStages } from '../../engine/stage/order.ts';
import type { Stage } from '../../engine/stage/order.ts';
import { messageOf } from '../topdl/support.ts';

type Facts = Pick<StageDefinition, 'closing'> & { needs?: string[]; provides?: string[]; many?: string[] };

function stage(name: string, facts: Facts = {}): Stage {
  const digits = /^(\d+)_/.exec(name)?.[1];
  return {
    name: `setup/${name}`,
    phase: 'setup',
    file: `/s/setup/${name}.ts`,
    replaces: [],
    ...(digits !== undefined && { number: Number(digits) }),
    definition: { summary: name, plan: () => ({}), ...facts } as unknown as StageDefinition,
  };
}

const order = (stages: readonly Stage[], given: readonly string[] = []): readonly string[] =>
  orderStages(stages, new Set(given)).map(({ name }) => name.slice('setup/'.length));
const problem = (stages: readonly Stage[], given: readonly string[] = []): string =>
  messageOf(() => order(stages, given));

describe('stages of one scope', () => {
  test('go by number, not by name', () => {
    expect(order([stage('10_a'), stage('9_b'), stage('100_c')])).toEqual(['9_b', '10_a', '100_c']);
  });

  test('without a number go by their needs, then by name', () => {
    const a = stage('a', { needs: ['x'] });
    const z = stage('z', { provides: ['x'] });
    expect(order([a, stage('m'), z])).toEqual(['m', 'z', 'a']);
  });

  test('without a number go as soon as they can between numbered ones', () => {
    const free = stage('free', { needs: ['x'] });
    expect(order([stage('20_last'), free, stage('10_first', { provides: ['x'] })])).toEqual([
      '10_first',
      'free',
      '20_last',
    ]);
  });

  test('that close go last, whatever their number', () => {
    expect(order([stage('01_end', { closing: true }), stage('50_a'), stage('b')])).toEqual([
      'b',
      '50_a',
      '01_end',
    ]);
  });

  test('wait for every provider of a fact that many provide', () => {
    const reader = stage('reader', { needs: ['x'] });
    const some = ['zz', 'zy'].map((name) => stage(name, { provides: ['x'], many: ['x'] }));
    expect(order([reader, ...some])).toEqual(['zy', 'zz', 'reader']);
  });
});

describe('mistakes are told with the files', () => {
  test('a need that nobody meets', () => {
    const message = problem(
      [stage('10_a', { needs: ['nope'] }), stage('20_b', { needs: ['neither'] })],
      ['given'],
    );
    expect(message).toContain("/s/setup/10_a.ts needs the fact 'nope', which no stage before it provides");
    expect(message).toContain("/s/setup/20_b.ts needs the fact 'neither'");
    expect(message).toContain('there are: given');
  });

  test('a number that contradicts a need, both files named', () => {
    const message = problem([stage('10_a', { needs: ['x'] }), stage('20_b', { provides: ['x'] })]);
    expect(message).toContain(
      "/s/setup/10_a.ts comes before /s/setup/20_b.ts by number, but needs its fact 'x'",
    );
  });

  test('needs in a circle', () => {
    const a = stage('a', { needs: ['y'], provides: ['x'] });
    const b = stage('b', { needs: ['x'], provides: ['y'] });
    expect(problem([a, b])).toContain('in a circle: /s/setup/a.ts needs /s/setup/b.ts needs /s/setup/a.ts');
  });

  test('needs in a circle among numbered ones', () => {
    const a = stage('10_a', { needs: ['y'], provides: ['x'] });
    const b = stage('20_b', { needs: ['x'], provides: ['y'] });
    expect(problem([a, b])).toContain('in a circle');
  });

  test('a fact provided twice', () => {
    const two = ['a', 'b'].map((name) => stage(name, { provides: ['x'] }));
    expect(problem(two)).toContain("the fact 'x' is provided twice: by /s/setup/a.ts and by /s/setup/b.ts");
    expect(problem(two.slice(1), ['x'])).toContain('/s/setup/b.ts provides the fact');
  });
});
