import { describe, expect, test } from '@jest/globals';
import { effectId } from '../../engine/model/effect.ts';
import { computeDelta, inOrder, isEmpty } from '../../engine/plan/delta.ts';
import type { Delta } from '../../engine/plan/delta.ts';
import { fake, fakeHost, recorded } from './_support.ts';

const ids = (steps: Delta['make']) => steps.map(({ effect }) => effectId(effect));

describe('the delta', () => {
  test('of a bare host is the whole plan, in the order of its edges', async () => {
    const { kinds } = fakeHost(['link', 'net']);
    const plan = [fake('link a', { within: ['net n'] }), fake('net n')];
    const delta = await computeDelta(plan, [], recorded(), kinds);
    expect(ids(delta.make)).toEqual(['net n', 'link a']);
    expect(delta.make[0]!.why).toEqual(['new']);
  });

  test('of a host that is as planned is empty', async () => {
    const { kinds, there } = fakeHost(['link']);
    const link = fake('link a');
    there.set('link a', link.spec);
    const delta = await computeDelta([link], [], recorded(link), kinds);
    expect(isEmpty(delta)).toBe(true);
    expect(delta).toMatchObject({ kept: 1, settle: [] });
  });

  test('settles in the journal what is there and was not written down as made', async () => {
    const { kinds, there } = fakeHost(['link']);
    const link = fake('link a');
    there.set('link a', link.spec);
    expect((await computeDelta([link], [], recorded(), kinds)).settle).toEqual([link]);
  });

  test("refuses what is another's, and names all of it", async () => {
    const { kinds } = fakeHost(['link'], { foreign: ['link a', 'link b'] });
    const work = computeDelta([fake('link a'), fake('link b')], [], recorded(), kinds);
    await expect(work).rejects.toMatchObject({
      problems: [{ message: "link a is another's" }, { message: "link b is another's" }],
    });
  });

  test('changes in place what can be, and touches nothing that hangs on it', async () => {
    const { kinds, there } = fakeHost(['net', 'link']);
    const plan = [fake('net n'), fake('link a', { diesWith: ['net n'] })];
    there.set('net n', 'old').set('link a', plan[1]!.spec);
    const delta = await computeDelta(plan, [], recorded(...plan), kinds);
    expect([ids(delta.change), ids(delta.make), ids(delta.unmake)]).toEqual([['net n'], [], []]);
  });

  test('replaces the rest, and with it what dies with it', async () => {
    const { kinds, there } = fakeHost(['net', 'link', 'plug'], { replace: ['net'] });
    const plan = [
      fake('plug p', { diesWith: ['link a'] }),
      fake('link a', { diesWith: ['net n'] }),
      fake('net n'),
    ];
    for (const effect of plan) there.set(effectId(effect), effect.kind === 'net' ? 'old' : effect.spec);
    const delta = await computeDelta(plan, [], recorded(...plan), kinds);
    expect(ids(delta.unmake)).toEqual(['plug p', 'link a', 'net n']);
    expect(ids(delta.make)).toEqual(['net n', 'link a', 'plug p']);
    expect(delta.make[1]!.why).toEqual(['net n is made anew']);
  });

  test('does not look for what was within something that is gone', async () => {
    const { kinds, there } = fakeHost(['net', 'link']);
    const plan = [fake('net n'), fake('link a', { within: ['net n'] })];
    there.set('link a', plan[1]!.spec); // a look would find it
    const delta = await computeDelta(plan, [], recorded(...plan), kinds);
    expect(ids(delta.make)).toEqual(['net n', 'link a']);
    expect(delta.make[0]!.why).toEqual(['gone']);
  });

  test('unmakes what is wanted no longer', async () => {
    const { kinds } = fakeHost(['link']);
    const old = recorded(fake('link old')).recorded('link old')!;
    const delta = await computeDelta([], [old], recorded(), kinds);
    expect(delta.unmake).toMatchObject([{ why: ['no longer wanted'] }]);
  });

  test('is told how the host was found before anything is made of it', async () => {
    const { kinds } = fakeHost(['link']);
    const work = computeDelta([fake('link a')], [], recorded(), kinds, (seen) => {
      throw new Error(seen.get('link a')!.state);
    });
    await expect(work).rejects.toThrow('absent');
  });

  test('names the known kinds where one is unknown', async () => {
    const work = computeDelta([fake('lynk a')], [], recorded(), fakeHost(['link', 'net']).kinds);
    await expect(work).rejects.toThrow('known kinds: link, net');
  });
});

test('effects that hang on each other in a circle are told with their stages', () => {
  const circle = [fake('link a', { after: ['link b'] }), fake('link b', { after: ['link a'] })];
  expect(() => inOrder(circle)).toThrow(/hang on each other in a circle[\s\S]*launch\/fake/);
});
