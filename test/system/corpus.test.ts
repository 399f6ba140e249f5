import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPings, components, portCounters, readExperiment, wrongPings } from './_experiment.ts';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { corpusText } from './_topdl.ts';

const REAL = [
  { file: 'magi-50client_tree.xml', as: ['--as', 'openvz=process'] },
  { file: 'magi-2node10client.xml', as: ['--as', 'openvz=process', '--as', 'embedded_pnode=process'] },
];
const corpus = corpusText(REAL[0]!.file) === undefined ? describe.skip : describe;

corpus('a real experiment', () => {
  let host: Host;
  beforeAll(async () => {
    host = await throwAwayHost();
  });
  afterAll(() => host.close());

  test.each(REAL)(
    '$file: every address answers, after as many hops as the routes say',
    async ({ file, as }) => {
      await host.write(`/tmp/${file}`, corpusText(file)!);
      const before = await host.snapshot();
      const named = ['-e', 't-s/corpus', '--var', '/tmp/corpus'];
      await host.ok('up', `/tmp/${file}`, ...named, ...as);

      const experiment = await readExperiment(host, 't-s/corpus', '/tmp/corpus');
      const idle = await portCounters(host, experiment);
      const pings = allPings(experiment);
      expect(await wrongPings(host, experiment, pings)).toEqual([]);
      const busy = await portCounters(host, experiment);
      const alone = new Set(
        components(experiment)
          .filter((group) => group.length === 1)
          .map(([node]) => node!.name),
      );
      for (const [port, now] of busy) {
        if (alone.has(port.split('/')[0]!)) continue;
        const rose = { in: now.in > idle.get(port)!.in, out: now.out > idle.get(port)!.out };
        expect({ port, ...rose }).toEqual({ port, in: true, out: true });
      }

      await host.ok('down', ...named, '--purge');
      expect(await host.residue(before)).toEqual([]);
    },
  );
});
