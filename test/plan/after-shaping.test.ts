import { expect, test } from '@jest/globals';
import type { VNode } from '../../engine/model/vnode.ts';
import { afterShaping } from '../../engine/plan/after-shaping.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';

const node = (name: string, ...substrates: readonly string[]): VNode =>
  ({ name, interfaces: substrates.map((substrate) => ({ substrate })) }) as unknown as VNode;
const planned = (kind: string, name: string, of?: string): PlannedEffect => ({
  kind,
  name,
  spec: {},
  stage: 'launch/x',
  edges: { after: ['routes a'], within: [], diesWith: [] },
  ...(of !== undefined && { node: of }),
});
const shaper = planned('process', 'delay-slow');

test('start commands come after what shapes the links of their node, and after what they came after', () => {
  const effects = [
    planned('task', 'start-a', 'a'),
    planned('task', 'start-b', 'b'),
    planned('task', 'of-nobody'),
    planned('process', 'node-a', 'a'),
  ];
  const nodes = [node('a', 'slow', 'plain'), node('b', 'plain', 'constructor')];
  const after = afterShaping(effects, nodes, { slow: shaper }).map(({ edges }) => edges.after);
  expect(after).toEqual([['routes a', 'process delay-slow'], ['routes a'], ['routes a'], ['routes a']]);
});

test('without shaped links all stays', () => {
  const effects = [planned('task', 'start-a', 'a')];
  expect(afterShaping(effects, [node('a', 'slow')])).toEqual(effects);
});
