import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { components, forwards, pingsBetween, readExperiment, wrongPings } from './_experiment.ts';
import type { Experiment, Node, Ping } from './_experiment.ts';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { corpusText } from './_topdl.ts';

const FILE = 'spi-btopo.xml';
const AS = ['--as', 'openvz=process', '--as', 'embedded_pnode=process'];
const NAMED = ['-e', 't-s/btopo', '--var', '/tmp/btopo'];
const PAIRS = 1000;

const corpus = corpusText(FILE) === undefined ? describe.skip : describe;

corpus('553 computers and 110 LANs on this machine', () => {
  let host: Host;
  beforeAll(async () => {
    // Its neighbours are more than the kernel allows for, and up has to see to that.
    host = await throwAwayHost({ network: 'shared' });
    await host.write(`/tmp/${FILE}`, corpusText(FILE)!);
  });
  afterAll(() => host.close());

  test('the config directory is complete, and check is clean', async () => {
    const before = await host.snapshot();
    await host.ok('run', 'setup', `/tmp/${FILE}`, ...NAMED, ...AS);
    const btopo = await readExperiment(host, 't-s/btopo', '/tmp/btopo');
    expect(btopo.nodes).toHaveLength(553);
    const files = (await host.must(['find', '/tmp/btopo/config', '-type', 'f', '-printf', '%P\n']))
      .trim()
      .split('\n');
    for (const name of [
      'experiment.xml',
      'annotated.xml',
      'partitioned.xml',
      'topo.xml',
      'assignment',
      'embedding.yaml',
      'hosts',
      'pid_eid',
      'ghosts',
      'site.yaml',
      'config.tgz',
    ]) {
      expect(files).toContain(name);
    }
    // A node that is alone needs no route.
    const connected = components(btopo)
      .filter((group) => group.length > 1)
      .flat();
    expect(files.filter((name) => name.startsWith('route/'))).toEqual(
      expect.arrayContaining(connected.map(({ name }) => `route/${name}`)),
    );
    const archived = (await host.must(['tar', '-tzf', '/tmp/btopo/config/config.tgz'])).trim().split('\n');
    expect([...archived, 'config.tgz'].sort()).toEqual([...files].sort());
    await host.ok('check', `/tmp/${FILE}`, ...AS);
    await host.ok('down', ...NAMED, '--purge');
    expect(await host.residue(before)).toEqual([]);
  });

  test('the whole of it comes up, answers near and far, and goes', async () => {
    const before = await host.snapshot();
    await host.ok('up', `/tmp/${FILE}`, ...NAMED, ...AS);
    const btopo = await readExperiment(host, 't-s/btopo', '/tmp/btopo');

    const [from, to] = farthest(btopo);
    const there = pingsBetween(from, to);
    // Seven substrates apart: six nodes lie between.
    expect(Math.max(...there.map(({ destination }) => forwards(btopo, from, destination)))).toBe(6);
    expect(await wrongPings(host, btopo, [...there, ...pingsBetween(to, from)])).toEqual([]);
    expect(await wrongPings(host, btopo, sample(btopo))).toEqual([]);

    await host.ok('down', ...NAMED, '--purge');
    expect(await host.residue(before)).toEqual([]);
  });
});

/** The two nodes that are most substrates apart, by a search over the topology, not by the routes. */
function farthest({ nodes }: Experiment): readonly [Node, Node] {
  const on = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const { substrate } of node.interfaces) on.set(substrate, [...(on.get(substrate) ?? []), node]);
  }
  let best: { from: Node; to: Node; distance: number } | undefined;
  for (const from of nodes) {
    const distances = new Map([[from, 0]]);
    for (const node of distances.keys()) {
      for (const next of node.interfaces.flatMap(({ substrate }) => on.get(substrate)!)) {
        if (!distances.has(next)) distances.set(next, distances.get(node)! + 1);
      }
    }
    for (const [to, distance] of distances)
      if (distance > (best?.distance ?? -1)) best = { from, to, distance };
  }
  return [best!.from, best!.to];
}

/** Pairs spread evenly over all of them, the same in every run. */
function sample(experiment: Experiment): readonly Ping[] {
  const [largest] = [...components(experiment)].sort((a, b) => b.length - a.length);
  return Array.from({ length: PAIRS }, (_, index) => {
    const from = largest![(index * 7) % largest!.length]!;
    const to = largest![(index * 7 + 1 + ((index * 131) % (largest!.length - 1))) % largest!.length]!;
    return pingsBetween(from, to)[0]!;
  });
}
