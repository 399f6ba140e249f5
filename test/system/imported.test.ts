import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readExperiment } from './_experiment.ts';
import { ROOT, throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { quantile, roundTrips, soonest } from './_traffic.ts';
import { expectedTrip } from './_trips.ts';

const NAMED = ['-e', 't-s/zoo', '--var', '/tmp/zoo'];
const FOLDER = join(ROOT, '../shared/corpus/topology-zoo');
const corpus = existsSync(FOLDER) ? describe : describe.skip;
/** How many times as long as they should trips may take, at the median, on a machine with other work. */
const LATE = 2;

corpus('networks of the Topology Zoo, with 5 ms a link', () => {
  let host: Host;
  beforeAll(async () => {
    host = await throwAwayHost();
  });
  afterAll(() => host.close());

  test.each([
    ['Abvt', 8],
    ['Interoute', 12],
  ])('%s: round trips take twice the delays of the path', async (name, pairs) => {
    await host.write('/tmp/zoo.graphml', readFileSync(join(FOLDER, `${name}.graphml`), 'utf8'));
    await host.ok('import', '/tmp/zoo.graphml', '--delay', '5ms', '--out', '/tmp/zoo.xml');
    const before = await host.snapshot();
    await host.ok('up', '/tmp/zoo.xml', ...NAMED);
    const experiment = await readExperiment(host, 't-s/zoo', '/tmp/zoo');
    const nodes = experiment.nodes.filter(({ interfaces }) => interfaces.length > 0);
    for (let pair = 0; pair < pairs; pair += 1) {
      const from = nodes[(pair * 7) % nodes.length]!;
      const to = nodes[(pair * 13 + 5) % nodes.length]!;
      if (from === to) continue;
      const address = to.interfaces[0]!.address;
      const expected = expectedTrip(experiment, from, address, 5);
      const times = await roundTrips(host, from.netns, address, 10);
      const trip = `${from.name} to ${to.name}`;
      expect({ trip, answered: times.length }).toEqual({ trip, answered: 10 });
      expect(times[0]).toBeGreaterThan(soonest(expected, expected / 5));
      expect(quantile(times, 0.5)).toBeLessThan(expected * LATE);
    }
    await host.ok('down', ...NAMED, '--purge');
    expect(await host.residue(before)).toEqual([]);
  });
});
