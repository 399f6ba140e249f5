import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openJournal, readJournal } from '../../engine/journal/journal.ts';
import type { Journal } from '../../engine/journal/journal.ts';
import { claimLeases, nothingGiven, releaseLeases } from '../../engine/run/claims.ts';
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

describe('a boss elsewhere', () => {
  const way = { certificate: '/c', key: '/k', ca: '/ca', timeout_seconds: 1, retries: 0 };
  const elsewhere = { ...way, url: 'https://one/' };

  test('is written down with the question, and forgotten when it holds nothing any more', async () => {
    await claimLeases({ ...boss, elsewhere }, journal, [{ node: 'a' }]);
    expect(readJournal(directory).lessor).toEqual(elsewhere);
    await releaseLeases({ ...boss, elsewhere }, journal, new Set());
    expect(readJournal(directory).lessor).toBeUndefined();
  });

  test('that is certain to have given nothing leaves nothing to give back', async () => {
    const refusing = { ...boss, elsewhere, claim: () => Promise.reject(nothingGiven(new Error('no'))) };
    await expect(claimLeases(refusing, journal, [{ node: 'a' }])).rejects.toThrow('no');
    expect([journal.asked.size, journal.lessor]).toEqual([0, undefined]);
  });

  test('whose earlier answer is missing is asked for it by down, whatever it said later', async () => {
    const silent = { ...boss, elsewhere, claim: () => Promise.reject(new Error('slow')) };
    await expect(claimLeases(silent, journal, [{ node: 'a' }])).rejects.toThrow('slow');
    const refusing = { ...silent, claim: () => Promise.reject(nothingGiven(new Error('no'))) };
    await expect(claimLeases(refusing, journal, [{ node: 'a' }, { node: 'b' }])).rejects.toThrow('no');
    expect([...journal.asked]).toEqual(['a']);
  });

  test('is not called where our journal names nothing that is to go', async () => {
    const dead = { ...boss, elsewhere, list: () => Promise.reject(new Error('dead')) };
    await claimLeases(dead, journal, [{ node: 'a' }]);
    await releaseLeases(dead, journal, new Set(['a']));
    await expect(releaseLeases(dead, journal, new Set())).rejects.toThrow('dead');
    expect([...journal.leases.keys()]).toEqual(['a']);
  });

  test('is not asked for more, nor given back to, in the place of another', async () => {
    await claimLeases({ ...boss, elsewhere }, journal, [{ node: 'a' }]);
    for (const other of [boss, { ...boss, elsewhere: { ...way, url: 'https://two/' } }]) {
      await expect(claimLeases(other, journal, [{ node: 'b' }])).rejects.toThrow('https://one/');
      await expect(releaseLeases(other, journal, new Set())).rejects.toThrow('https://one/');
    }
    const renewed = { ...boss, elsewhere: { ...elsewhere, certificate: '/renewed' } };
    await claimLeases(renewed, journal, [{ node: 'a' }]);
    await releaseLeases(renewed, journal, new Set());
    expect(held.size).toBe(0);
  });
});
