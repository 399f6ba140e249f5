import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claim, listLeases, release, type PoolState } from '../../engine/allocate/pool.ts';

const pool = { network: '192.168.144.0/20' };
const empty: PoolState = { leases: [] };

test('the lowest free address but the first, with a MAC that is made from it', () => {
  expect(claim(empty, [{ experiment: 'x', node: 'a' }], pool).leases).toEqual([
    { experiment: 'x', node: 'a', address: '192.168.144.2', prefix: 20, mac: '06:00:c0:a8:90:02' },
  ]);
});

test('the same key gives the same lease, even when the pool has moved', () => {
  const keys = [
    { experiment: 'x', node: 'a' },
    { experiment: 'x', node: 'b' },
  ];
  const first = claim(empty, keys, pool);
  const again = claim(first.state, [keys[1]!], { network: '10.0.0.0/8' });
  expect(again.leases).toEqual([first.leases![1]]);
  expect(again.state).toBe(first.state);
});

test('an exhausted pool tells who holds what, and nothing is claimed', () => {
  const narrow = { network: '10.0.0.0/29', excluded: ['10.0.0.1', '10.0.0.6'] };
  const keys = ['a', 'b', 'c', 'd'].map((node) => ({ experiment: 'x', node }));
  const held = claim(empty, keys, narrow);
  const refused = claim(held.state, [{ experiment: 'y', node: 'a' }], narrow);
  expect(refused.problem).toMatchObject({
    code: 'pool-exhausted',
    message: expect.stringContaining('x holds 4'),
  });
  expect(refused.state).toBe(held.state);
});

test('a malformed pool is a problem', () => {
  expect(claim(empty, [], { network: '10.0.0/8' }).problem?.code).toBe('invalid-pool');
  expect(claim(empty, [], { network: '10.0.0.0/8', excluded: ['x'] }).problem?.code).toBe('invalid-pool');
});

test('no address is held twice, whatever the order of claims and releases', () => {
  const key = fc.record({
    experiment: fc.constantFrom('x', 'y', '__proto__'),
    node: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  const step = fc.record({ release: fc.boolean(), keys: fc.array(key, { maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const narrow = { network: '10.0.0.0/28' };
      let state = empty;
      for (const { release: give, keys } of steps) {
        if (give) {
          state = release(state, keys);
          expect(keys.flatMap((gone) => listLeases(state, gone))).toEqual([]);
          continue;
        }
        const before = state;
        const result = claim(state, keys, narrow);
        state = result.state;
        expect(result.problem).toBeUndefined();
        expect(state.leases.slice(0, before.leases.length)).toEqual(before.leases);
        expect(result.leases!.map(({ experiment, node }) => ({ experiment, node }))).toEqual(keys);
      }
      const addresses = state.leases.map(({ address }) => address);
      expect(new Set(addresses).size).toBe(addresses.length);
      expect(new Set(state.leases.map(({ mac }) => mac)).size).toBe(addresses.length);
      expect(addresses.filter((address) => ['10.0.0.0', '10.0.0.1', '10.0.0.15'].includes(address))).toEqual(
        [],
      );
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }),
  );
});
