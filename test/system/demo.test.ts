import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { allPings, portCounters, readExperiment, wrongPings } from './_experiment.ts';
import { ROOT, throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
});
afterAll(() => host.close());

test('the star comes up, everybody reaches everybody, and nothing is left of it', async () => {
  const before = await host.snapshot();
  const named = ['-e', 't-s/star', '--var', '/tmp/star'];
  await host.ok('up', `${ROOT}/config/experiments/star.xml`, ...named);

  const star = await readExperiment(host, 't-s/star', '/tmp/star');
  expect(star.nodes).toHaveLength(10);
  const pings = allPings(star);
  expect(await wrongPings(host, star, pings)).toEqual([]);
  for (const [port, count] of await portCounters(host, star)) {
    expect([port, count.in > 0, count.out > 0]).toEqual([port, true, true]);
  }

  // The product's own word for it.
  expect((await host.ok('status', ...named)).stdout).toContain('10 running');
  await host.ok('ping', ...named);
  await host.must(['ip', '-netns', 't-s.star.n-3', 'link', 'set', 'inf000', 'down']);
  expect((await host.cli('status', ...named)).code).toBe(1);
  expect((await host.cli('ping', ...named)).code).toBe(1);

  await host.ok('down', ...named, '--purge');
  expect(await host.residue(before)).toEqual([]);
});
