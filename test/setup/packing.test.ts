import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { codecs } from '../../engine/config/files.ts';
import type { diskReader } from '../../engine/config/reader.ts';
import { plannedReader } from '../../engine/config/reader.ts';
import { loadSettings } from '../../engine/config/settings.ts';
import type { Settings } from '../../engine/config/settings.ts';
import type { Previous } from '../../engine/model/experiment.ts';
import type { PackingRequest } from '../../engine/model/packing.ts';
import { attribute, computers } from '../../engine/model/queries.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import type { FileSpec } from '../../engine/stage/effects.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { planWith, rejection } from '../plan/_plan.ts';

/** `one` costs 100 MiB and half a core a node; `two` shares pnodes with its own only, `solo` with nobody. */
const PLATFORMS = {
  'setup/one/_platform.ts': `export default { summary: 'one', resources: { memory: 100, cores: 0.5 } };`,
  'setup/two/_platform.ts': `export default { summary: 'two', sharesPnode: 'own', packingPass: 0 };`,
  'setup/solo/_platform.ts': `export default { summary: 'solo', sharesPnode: 'none' };`,
  'setup/one/10_mine.ts': `export default { summary: 'm', needs: ['pnode', 'nodes'], provides: ['mine'],
    plan: ({ facts: { pnode, nodes } }) => ({ facts: { mine: [pnode.name, ...nodes.map(({ name }) => name)] } }) };`,
  'launch/one/mine.ts': `export default { summary: 'm', needs: ['mine', 'nodes'],
    plan: ({ facts: { mine, nodes } }) => ({ notes: [mine.join(' ') + ' = ' + nodes.map(({ name }) => name).join(' ')] }) };`,
};

const GOLDEN = fileURLToPath(new URL('../golden/pnodes/', import.meta.url));
const FILES = [
  'assignment',
  'partitioned.xml',
  'phys_topo.xml',
  'embedding.yaml',
  'children/pnode-0000.yaml',
  'children/pnode-0001.yaml',
  'switch/pnode-0000.yaml',
  'switch/pnode-0001.yaml',
  'crossings.yaml',
  'platform/one/pnode-0001/mine.yaml',
];

type Nodes = Readonly<Record<string, { on?: readonly string[]; type?: string } & Record<string, unknown>>>;
interface Options {
  readonly pnodes?: Settings['pnodes'];
  readonly packing?: PackingRequest;
  readonly previous?: Previous | null;
  readonly host?: { hostname: string; pnode?: string };
  readonly launch?: boolean;
}

/** a to d in a row, by links ab, bc, cd. */
const ROW: Nodes = { a: { on: ['ab'] }, b: { on: ['ab', 'bc'] }, c: { on: ['bc', 'cd'] }, d: { on: ['cd'] } };
const TWO = [{ name: 'host-a' }, { name: 'host-b' }];

describe('partitions', () => {
  test('are one where the site lists no pnodes and nobody asks for more', async () => {
    expect(assignmentOf(await planOf(ROW))).toBe("'0': [a, b, c, d]\n");
  });

  test('are made where somebody asks, with a note that they are all here', async () => {
    const plan = await planOf(ROW, { packing: { packing: 2 } });
    expect(assignmentOf(plan)).toBe("'0': [a, b]\n'1': [c, d]\n");
    expect(plan.notes).toContain('2 partitions, all of them on this machine: the site lists no pnodes');
    expect(embeddingOf(plan)).toEqual([
      { name: 'pnode-0000', partitions: ['0', '1'], nodes: ['a', 'b', 'c', 'd'] },
    ]);
  });

  test('are those that the experiment names; nodes without one are by themselves', async () => {
    const named = {
      ...ROW,
      a: { ...ROW['a'], 'containers:partition': '0' },
      d: { ...ROW['d'], 'benito:partition': '0' },
    };
    const plan = await planOf(named, { packing: { packing: 4 } });
    expect(assignmentOf(plan)).toBe("'0': [a, d]\n'1': [b]\n'2': [c]\n");
    expect(plan.notes.join('\n')).toContain('have no effect without --force-partition');
    const forced = await planOf(named, { packing: { packing: 4, force: true } });
    expect(assignmentOf(forced)).toBe("'0': [a, b, c, d]\n");
  });

  test('keep platforms apart that share no pnode, in the order of their passes', async () => {
    const mixed = {
      a: {},
      b: { type: 'two' },
      c: { type: 'solo' },
      d: { type: 'solo' },
      e: {},
      f: { type: 'two' },
    };
    const plan = await planOf(mixed, { packing: { packing: 10 } });
    expect(assignmentOf(plan)).toBe("'1': [a, e]\n'0': [b, f]\n'2': [c]\n'3': [d]\n");
  });

  test('follow the passes that nodes name, by either name', async () => {
    const passes = {
      a: { 'containers:PartitionPass': '7' },
      b: { 'containers:PackingPass': '3' },
      c: {},
      d: { 'containers:PartitionPass': '7' },
    };
    const plan = await planOf(passes, { packing: { packing: 10, passPack: { 7: 1 } } });
    expect(assignmentOf(plan)).toBe("'2': [a]\n'1': [b]\n'0': [c]\n'3': [d]\n");
    const wrong = planOf({ a: { 'containers:PartitionPass': 'first' } }, { packing: { packing: 10 } });
    expect(await rejection(wrong)).toBe(
      `the node 'a' has the packing pass "first"\n  hint: containers:PartitionPass is a whole number: 0, 1, 2, ...`,
    );
  });
});

describe('a site with pnodes', () => {
  test('has each partition on one of them, with a switch on each, and trunks between these', async () => {
    const plan = await planOf(ROW, { pnodes: TWO, packing: { packing: 2 } });
    expect(embeddingOf(plan)).toEqual([
      { name: 'pnode-0000', host: 'host-a', partitions: ['0'], nodes: ['a', 'b'] },
      { name: 'pnode-0001', host: 'host-b', partitions: ['1'], nodes: ['c', 'd'] },
    ]);
    const reader = readerOf(plan);
    expect(codecs.switches.decode!(reader)!.map(({ pnode, substrate }) => `${pnode} ${substrate}`)).toEqual([
      'pnode-0000 ab',
      'pnode-0000 bc',
      'pnode-0001 bc',
      'pnode-0001 cd',
    ]);
    const { stateDir } = plan.experiment;
    expect(codecs.crossings.decode!(reader)).toEqual([
      {
        substrate: 'bc',
        trunks: [
          [
            { pnode: 'pnode-0000', socket: `${stateDir}/vde/pnode-0000.bc`, port: 2 },
            { pnode: 'pnode-0001', socket: `${stateDir}/vde/pnode-0001.bc`, port: 2 },
          ],
        ],
      },
    ]);
    expect(reader.read('children/pnode-0001.yaml')).toBe('one:\n  - c\n  - d\n');
    const physical = parseTopdl(reader.read('phys_topo.xml')!, 'phys_topo.xml').topology;
    expect(physical.substrates.map(({ name }) => name)).toEqual(['bc']);
    expect(computers(physical).map((one) => `${one.name} ${attribute(one, 'containers:host')}`)).toEqual([
      'pnode-0000 host-a',
      'pnode-0001 host-b',
    ]);
    const c = computers(codecs.topology.decode!(reader)!).find(({ name }) => name === 'c')!;
    expect(attribute(c.interfaces[0]!, 'benito:vde_switch')).toBe(`${stateDir}/vde/pnode-0001.bc`);
  });

  test('has setup of a platform run for each, and launch see one of them', async () => {
    for (const [pnode, note] of [
      ['pnode-0000', 'pnode-0000 a b = a b'],
      ['host-b', 'pnode-0001 c d = c d'],
    ] as const) {
      const host = { hostname: 'elsewhere', pnode };
      const plan = await planOf(ROW, { pnodes: TWO, packing: { packing: 2 }, host, launch: true });
      expect(plan.notes).toEqual([note]);
      expect(plan.nodes.map(({ name }) => name)).toEqual(note.split(' = ')[1]!.split(' '));
      expect(plan.stages.filter(({ name }) => name === 'setup/one/10_mine').length).toBe(1);
    }
  });

  test('knows this machine by its hostname, with or without its domain, or asks', async () => {
    const on = async (hostname: string): Promise<readonly string[]> => {
      const options = { pnodes: TWO, packing: { packing: 2 }, host: { hostname }, launch: true };
      return (await planOf(ROW, options)).nodes.map(({ name }) => name);
    };
    expect(await on('host-a')).toEqual(['a', 'b']);
    expect(await on('host-b.example.org')).toEqual(['c', 'd']);
    expect(await rejection(on('host-c'))).toBe(
      "the experiment is on 2 pnodes, and this machine, 'host-c', is none of them\n  hint: say which one it is to be with --pnode: pnode-0000 (host-a), pnode-0001 (host-b)",
    );
    const asked = {
      pnodes: TWO,
      packing: { packing: 2 },
      host: { hostname: 'host-a', pnode: 'host-z' },
      launch: true,
    };
    expect(await rejection(planOf(ROW, asked))).toBe(
      "the experiment has no pnode 'host-z'\n  hint: its pnodes: pnode-0000 (host-a), pnode-0001 (host-b)",
    );
  });

  test('keeps partitions, pnodes and ports of an earlier run, and gives a new node what is left', async () => {
    const options = { pnodes: [{ name: 'host-c' }, ...TWO], packing: { packing: 2 } };
    const first = await planOf(ROW, { ...options, pnodes: [...TWO, { name: 'host-c' }] });
    const grown: Nodes = { z: { on: ['ab', 'cd'] }, ...ROW };
    const second = await planOf(grown, { ...options, previous: previousOf(first) });
    expect(assignmentOf(second)).toBe("'2': [z]\n'0': [a, b]\n'1': [c, d]\n");
    expect(embeddingOf(second).map(({ name, host }) => `${name} ${host}`)).toEqual([
      'pnode-0000 host-a',
      'pnode-0001 host-b',
      'pnode-0002 host-c',
    ]);
    const [before, after] = [first, second].map((plan) => portsOf(plan));
    for (const [name, port] of before!) expect([name, after!.get(name)]).toEqual([name, port]);
    const trunks = [first, second].map((plan) =>
      codecs.crossings.decode!(readerOf(plan))!.find(({ substrate }) => substrate === 'bc'),
    );
    expect(trunks[1]).toEqual(trunks[0]);
  });
});

test('the files of two pnodes are as they were (UPDATE_GOLDEN=1 writes them anew)', async () => {
  const plan = await planOf(ROW, { pnodes: TWO, packing: { packing: 2 } });
  const reader = readerOf(plan);
  for (const name of FILES) {
    const actual = reader.read(name)!;
    const file = join(GOLDEN, name.replaceAll('/', '-'));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
    expect([name, actual]).toEqual([name, existsSync(file) ? readFileSync(file, 'utf8') : '']);
  }
});

describe('what fits no pnode', () => {
  const errors: readonly (readonly [string, Nodes, Options, string])[] = [
    [
      'memory',
      ROW,
      {
        pnodes: [
          { name: 'host-a', memory: 250 },
          { name: 'host-b', memory: 150 },
          { name: 'host-c', memory: 100 },
        ],
        packing: { packing: 4 },
      },
      `the partition '0' (4 nodes) fits no pnode of the site: it needs 400 MiB of memory, host-a has 250 MiB
  hint: list a pnode that can hold it, or take nodes out`,
    ],
    [
      'cores',
      ROW,
      {
        pnodes: [
          { name: 'host-a', cores: 1 },
          { name: 'host-b', cores: 1 },
        ],
      },
      `the partition '0' (4 nodes) fits no pnode of the site: it needs 2 cores, host-a has 1
  hint: --packing 2 would fit`,
    ],
    [
      'interfaces',
      ROW,
      { pnodes: [{ name: 'host-a', interfaces: 0 }, { name: 'host-b' }], packing: { packing: 2 } },
      `2 partitions, and the site lists 2 pnodes: all 1 that could hold it are taken, and the partition '1' (2 nodes) has none
  hint: --packing 4 would fit`,
    ],
    [
      'number',
      ROW,
      { pnodes: TWO, packing: { packing: 1 } },
      `4 partitions, and the site lists 2 pnodes: all 2 are taken, and the partition '2' (1 node) has none
  hint: --packing 4 would fit`,
    ],
    [
      'platforms',
      { a: { type: 'two' } },
      { pnodes: [{ name: 'host-a', platforms: ['one'] }] },
      `the partition '0' (1 node) fits no pnode of the site: it needs a host of two, host-a hosts one
  hint: list a pnode that can hold it, or take nodes out`,
    ],
    [
      'what a node says that it takes',
      { a: { 'containers:memory': '900' }, b: {} },
      {
        pnodes: [
          { name: 'host-a', memory: 900 },
          { name: 'host-b', memory: 500 },
        ],
      },
      `the partition '0' (2 nodes) fits no pnode of the site: it needs 1000 MiB of memory, host-a has 900 MiB
  hint: --packing 1 would fit`,
    ],
    [
      'platforms apart',
      { a: { 'containers:partition': 'x' }, b: { type: 'two', 'containers:partition': 'x' } },
      { pnodes: TWO },
      `in the partition 'x' 'b' and 'a' are together: nodes of two share no pnode with others
  hint: give one of them another containers:partition, or leave it to --force-partition`,
    ],
    [
      'company for one that has none',
      { a: { 'containers:partition': 'x' }, b: { type: 'solo', 'containers:partition': 'x' } },
      { pnodes: TWO },
      `in the partition 'x' 'b' needs a pnode to itself, and 'a' is with it
  hint: give one of them another containers:partition, or leave it to --force-partition`,
    ],
  ];
  test.each(errors)('%s', async (_name, nodes, options, message) => {
    expect(await rejection(planOf(nodes, options))).toBe(message);
  });
});

async function planOf(nodes: Nodes, options: Options = {}): Promise<Plan> {
  const text = topdlOf(nodes);
  const { pnodes = [], packing, previous = null, host, launch } = options;
  return planWith(PLATFORMS, {
    settings: { ...loadSettings('/nonexistent/site.yaml'), pnodes },
    request: { as: {}, defaultPlatform: 'one', ...(packing && { packing }) },
    phases: launch ? ['setup', 'launch'] : ['setup'],
    source: { text, topology: parseTopdl(text, 'x.xml').topology },
    previous,
    ...(host && { host }),
  });
}

function topdlOf(nodes: Nodes): string {
  const substrates = [...new Set(Object.values(nodes).flatMap(({ on = [] }) => on))].sort();
  const elements = Object.entries(nodes).map(([name, { on = [], type, ...attributes }]) => {
    const all = { ...attributes, ...(type !== undefined && { 'containers:node_type': type }) };
    const interfaces = on.map(
      (one) => `<interface><name>${one}</name><substrate>${one}</substrate></interface>`,
    );
    const pairs = Object.entries(all).map(
      ([key, value]) => `<attribute><attribute>${key}</attribute><value>${String(value)}</value></attribute>`,
    );
    return `<elements><computer><name>${name}</name>${interfaces.join('')}${pairs.join('')}</computer></elements>`;
  });
  const nets = substrates.map((name) => `<substrates><name>${name}</name></substrates>`);
  return `<experiment><version>1.0</version>${nets.join('')}${elements.join('')}</experiment>`;
}

function readerOf({ effects, experiment }: Plan): ReturnType<typeof diskReader> {
  const files = effects.filter(({ kind }) => kind === 'file').map(({ spec }) => spec as FileSpec);
  return plannedReader(
    files.map(({ path, content }) => ({
      path: path.slice(experiment.configDir.length + 1),
      content: content ?? '',
    })),
  );
}

function assignmentOf(plan: Plan): string | undefined {
  return readerOf(plan).read('assignment');
}

function embeddingOf(plan: Plan) {
  return codecs.embedding.decode!(readerOf(plan))!.pnodes;
}

function previousOf(plan: Plan): Previous {
  const reader = readerOf(plan);
  return {
    topology: codecs.topology.decode!(reader)!,
    switches: codecs.switches.decode!(reader)!,
    embedding: codecs.embedding.decode!(reader)!,
    crossings: codecs.crossings.decode!(reader)!,
  };
}

function portsOf(plan: Plan): ReadonlyMap<string, string | undefined> {
  const topology = codecs.topology.decode!(readerOf(plan))!;
  return new Map(
    computers(topology).flatMap(({ name, interfaces }) =>
      interfaces.map(
        (one) =>
          [
            `${name}/${one.name}`,
            `${attribute(one, 'benito:vde_switch')} ${attribute(one, 'benito:vde_port')}`,
          ] as const,
      ),
    ),
  );
}
