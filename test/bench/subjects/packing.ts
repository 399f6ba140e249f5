import { hypergraphOf, spanCost } from '../../../engine/allocate/packing/hypergraph.ts';
import type { Hypergraph } from '../../../engine/allocate/packing/hypergraph.ts';
import { partition } from '../../../engine/allocate/packing/partition.ts';
import { partsFor } from '../../../engine/allocate/packing/wishes.ts';
import { PRODUCT } from '../figures.ts';
import type { Figure } from '../figures.ts';
import { realGraphs } from '../packing/graphs.ts';
import { runMetis } from '../packing/metis.ts';
import { scaleFree } from '../topologies.ts';
import type { Subject } from './subject.ts';

const METIS = 'METIS, best of 20';
const SEEDS = 10;

/**
 * What partitions cost, against METIS: real graphs in 2, 4 and 8 parts, and in parts of 10; the same balance, the better
 * way of METIS's two, each with ten seeds, and one measure for both. Then how long large graphs take.
 */
export const packingSubject: Subject = async ({ rounds, folder, tell }) => {
  const costs: Record<'ratios' | 'ours' | 'theirs', number[]> = { ratios: [], ours: [], theirs: [] };
  for (const { name, graph } of realGraphs()) {
    const count = graph.weight.length;
    const wanted = [...new Set([2, 4, 8, Math.ceil(count / 10)])].filter(
      (one) => one >= 2 && 2 * one <= count,
    );
    for (const parts of wanted) {
      const compared = compare(graph, parts, folder);
      const what = `packing ${name}, ${count} nodes in ${parts} parts`;
      if (!compared) {
        tell(`${what}: left out, as METIS leaves parts empty`);
        continue;
      }
      const { cost, metis, ms, metisMs } = compared;
      costs.ratios.push(metis === 0 ? (cost === 0 ? 1 : Infinity) : cost / metis);
      costs.ours.push(ms);
      costs.theirs.push(metisMs);
      tell(
        `${what}: ${cost.toFixed(0)} in ${ms.toFixed(0)} ms, METIS ${metis.toFixed(0)} in ${metisMs.toFixed(0)} ms, ratio ${costs.ratios.at(-1)!.toFixed(3)}`,
      );
    }
  }
  const of = { subject: `packing, ${costs.ratios.length} real cases` } as const;
  const mean = Math.exp(costs.ratios.reduce((sum, one) => sum + Math.log(one), 0) / costs.ratios.length);
  const real: readonly Figure[] =
    costs.ratios.length === 0
      ? []
      : [
          { ...of, what: 'cost : METIS, each', competitor: PRODUCT, unit: '', runs: costs.ratios },
          { ...of, what: 'cost : METIS, geometric mean', competitor: PRODUCT, unit: '', runs: [mean] },
          { ...of, what: 'time of each', competitor: PRODUCT, unit: 'ms', runs: costs.ours },
          { ...of, what: 'time of each', competitor: METIS, unit: 'ms', runs: costs.theirs },
        ];
  return [...real, ...large(rounds, tell)];
};

interface Compared {
  readonly cost: number;
  readonly metis: number;
  readonly ms: number;
  /** Of all its runs. */
  readonly metisMs: number;
}

/** Undefined where METIS has no answer with as many parts as asked. */
function compare(graph: Hypergraph, parts: number, folder: string): Compared | undefined {
  const { largest: asked } = partsFor(graph.weight.length, {
    factor: Infinity,
    size: parts,
    nodesOnly: false,
  });
  const before = performance.now();
  const all = runMetis(graph, { parts, seeds: SEEDS, folder }).filter((part) => new Set(part).size === parts);
  const metisMs = performance.now() - before;
  if (all.length === 0) return undefined;
  // Where METIS cannot hold the balance, we need not either.
  const largest = Math.max(asked, Math.min(...all.map(largestOf)));
  const metis = Math.min(
    ...all.filter((part) => largestOf(part) <= largest).map((part) => spanCost(graph, part)),
  );
  const started = performance.now();
  const part = partition(graph, { parts, largest });
  return { cost: spanCost(graph, part), metis, ms: performance.now() - started, metisMs };
}

function largestOf(part: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const one of part) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  return Math.max(...sizes.values());
}

function large(rounds: number, tell: (line: string) => void): readonly Figure[] {
  const { nodes, substrates } = scaleFree(10_000, 2, 42);
  const pins = new Map(substrates.map((name): [string, number[]] => [name, []]));
  [...nodes.values()].forEach((on, node) => on.forEach((name) => pins.get(name)!.push(node)));
  const nets = [...pins.values()].map((members) => ({ cost: 100_000, pins: members }));
  const graph = hypergraphOf(new Int32Array(nodes.size).fill(1), nets);
  return [4, 1_000].map((parts): Figure => {
    const runs = Array.from({ length: Math.min(rounds, 3) }, () => {
      const started = performance.now();
      partition(graph, partsFor(nodes.size, { factor: Infinity, size: parts, nodesOnly: false }));
      return performance.now() - started;
    });
    const subject = `packing 10,000 nodes in ${parts} parts`;
    tell(`${subject}: ${runs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    return { subject, what: 'time', competitor: PRODUCT, unit: 'ms', runs };
  });
}
