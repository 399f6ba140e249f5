import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { claimLeases, releaseLeases } from '../../engine/run/claims.ts';
import type { ClaimingBoss } from '../../engine/run/claims.ts';

let directory = '';
let journal: Journal;
let held: Set<string>;
let boss: ClaimingBoss;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'benito-claims-'));
  journal = openJournal(directory);
  held = new Set();
  boss = {
    async claim(claims) {
      for (const { node } of claims) held.add(node);
      return claims.map(({ node }, index) => ({ node, address: `1.0.0.${index}`, prefix: 24, mac: 'm' }));
    },
    async release(nodes) {
      for (const node of nodes) held.delete(node);
    },
    list: async () => [...held],
  };
});
afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

test('what boss gave is written down, and given back when it is not wanted', async () => {
  await claimLeases(boss, journal, [{ node: 'a' }, { node: 'b' }]);
  expect([...journal.leases.keys()]).toEqual(['a', 'b']);
  await releaseLeases(boss, journal, new Set(['a']));
  expect([...held]).toEqual(['a']);
  expect([...journal.leases.keys()]).toEqual(['a']);
});

test('what was given when the crash came between asking and writing down is found again', async () => {
  const crashing = {
    ...boss,
    claim: async (claims: Parameters<typeof boss.claim>[0]) => (
      await boss.claim(claims),
      Promise.reject(new Error('killed'))
    ),
  };
  await expect(claimLeases(crashing, journal, [{ node: 'a' }])).rejects.toThrow('killed');
  expect([...journal.asked]).toEqual(['a']);
  await releaseLeases(boss, journal, new Set());
  expect(held.size + journal.asked.size).toBe(0);
});
