import { expect, test } from '@jest/globals';
import type { UserError } from '../../engine/model/problem.ts';
import type { VNode } from '../../engine/model/vnode.ts';
import { refuseLacks } from '../../engine/plan/refuse-lacks.ts';
import type { Lack } from '../../engine/platform/define.ts';

const node = (name: string, more: Partial<VNode> = {}): VNode => ({
  name,
  platform: 'mine',
  pnode: 'pnode-0000',
  interfaces: [],
  failureAction: 'fatal',
  ghost: false,
  attributes: [],
  ...more,
});
const platforms = (lacks: readonly Lack[]) =>
  new Map([['mine', { name: 'mine', file: '/x', definition: { summary: '', lacks } }]]);
const ROUTES = [
  { node: 'a', table: '10.0.1.0/24 via 10.0.0.2\n' },
  { node: 'b', table: '' },
];

test('what every platform offers needs no word', () => {
  expect(() => refuseLacks([node('a', { startup: 'true' })], ROUTES, platforms([]))).not.toThrow();
});

test('start commands and routes are refused by node and platform, all together', () => {
  const nodes = [node('a', { startup: 'true' }), node('b'), node('g', { startup: 'true', ghost: true })];
  let told: readonly string[] = [];
  try {
    refuseLacks(nodes, ROUTES, platforms(['startCommands', 'routes']));
  } catch (error) {
    told = (error as UserError).problems.map(({ message }) => message);
  }
  expect(told).toEqual([
    "the node 'a' has a start command, and the platform runs none: mine (lacks: startCommands)",
    "the node 'a' needs routes beyond its own substrates, and the platform sets none: mine (lacks: routes)",
  ]);
});
