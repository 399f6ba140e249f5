import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootOfContainers } from './_images.ts';
import { allPings, portCounters, readExperiment, wrongPings } from './_experiment.ts';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { corpusText } from './_topdl.ts';

const FILES = ['magi-50client.xml', 'magi-6node50client.xml'];
const AS = ['--as', 'embedded_pnode=process'];
const NAMED = ['-e', 't-s/fifty', '--var', '/tmp/fifty'];

const corpus = corpusText(FILES[0]!) === undefined ? describe.skip : describe;

corpus('fifty nodes that ask for openvz, with nothing set', () => {
  let host: Host;
  beforeAll(async () => {
    await rootOfContainers();
    host = await throwAwayHost({ images: 'shared' });
  });
  afterAll(() => host.close());

  test.each(FILES)(
    '%s: containers that reach each other, each on its port, and nothing left of them',
    async (file) => {
      await host.write(`/tmp/${file}`, corpusText(file)!);
      const before = await host.snapshot();
      await host.ok('up', `/tmp/${file}`, ...NAMED, ...AS);

      const experiment = await readExperiment(host, 't-s/fifty', '/tmp/fifty');
      expect(experiment.nodes).toHaveLength(51);
      const idle = await portCounters(host, experiment);
      expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
      for (const [port, now] of await portCounters(host, experiment)) {
        const rose = { in: now.in > idle.get(port)!.in, out: now.out > idle.get(port)!.out };
        expect({ port, ...rose }).toEqual({ port, in: true, out: true });
      }
      const { stdout } = await host.ok('status', ...NAMED, '--json');
      const { nodes } = JSON.parse(stdout) as { nodes: { name: string; platform: string; state: string }[] };
      expect(nodes.filter(({ state }) => state !== 'running')).toEqual([]);
      expect(nodes.filter(({ platform }) => platform === 'oci')).toHaveLength(50);
      expect((await host.ok('ssh', ...NAMED, 'client7', '--', 'hostname')).stdout).toBe('client7\n');

      await host.ok('down', ...NAMED, '--purge');
      expect(await host.residue(before)).toEqual([]);
    },
  );
});
