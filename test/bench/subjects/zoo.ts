import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExperiment } from '../../system/_experiment.ts';
import { ROOT, throwAwayHost } from '../../system/_host.ts';
import { quantile, roundTrips } from '../../system/_traffic.ts';
import { expectedTrip } from '../../system/_trips.ts';
import { FigureBook } from '../figures.ts';
import type { Subject } from './subject.ts';

const FOLDER = join(ROOT, '../shared/corpus/topology-zoo');
const DELAY = 5;
const PAIRS = 250;
const NAMED = ['-e', 'b/zoo', '--var', '/tmp/zoo'];

/** Networks of the Topology Zoo with 5 ms a link: how far round trips are from twice the delays of their paths. */
export const zooSubject: Subject = async ({ rounds, tell }) => {
  if (!existsSync(FOLDER)) {
    tell(`not measured: there is no corpus in ${FOLDER}`);
    return [];
  }
  const book = new FigureBook(tell);
  const note = book.note.bind(book);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['Abvt', 'Interoute']) {
      const off = await deviations(name);
      const single = off.flat().sort((a, b) => a - b);
      const medians = off.map((trips) => quantile(trips, 0.5)).sort((a, b) => a - b);
      note(
        name,
        'RTT of a pair, median, past the delays of the path: middle pair',
        'ms',
        quantile(medians, 0.5),
      );
      note(name, 'the same: least', 'ms', medians[0]!);
      note(name, 'the same: greatest', 'ms', medians.at(-1)!);
      note(name, 'pairs whose median is within 2 ms', '%', within(medians));
      note(name, 'single round trips within 2 ms', '%', within(single));
    }
  }
  return book.all();
};

function within(values: readonly number[]): number {
  return (100 * values.filter((value) => Math.abs(value) <= 2).length) / values.length;
}

/** Round trips, less what they should take, ms, ascending, of pairs of nodes. */
async function deviations(name: string): Promise<readonly (readonly number[])[]> {
  const host = await throwAwayHost();
  try {
    await host.write('/tmp/zoo.graphml', readFileSync(join(FOLDER, `${name}.graphml`), 'utf8'));
    await host.ok('import', '/tmp/zoo.graphml', '--delay', `${DELAY}ms`, '--out', '/tmp/zoo.xml');
    await host.ok('up', '/tmp/zoo.xml', ...NAMED);
    const experiment = await readExperiment(host, 'b/zoo', '/tmp/zoo');
    const nodes = experiment.nodes.filter(({ interfaces }) => interfaces.length > 0);
    const off: (readonly number[])[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const from = nodes[(pair * 7) % nodes.length]!;
      const to = nodes[(pair * 13 + 5 + Math.floor(pair / nodes.length)) % nodes.length]!;
      if (from === to) continue;
      const address = to.interfaces[0]!.address;
      // The first finds the neighbours on the way.
      await roundTrips(host, from.netns, address, 1);
      const expected = expectedTrip(experiment, from, address, DELAY);
      const times = await roundTrips(host, from.netns, address, 7);
      // What is lost is as far off as can be.
      off.push(Array.from({ length: 7 }, (_, index) => (times[index] ?? Infinity) - expected));
    }
    return off;
  } finally {
    await host.close();
  }
}
