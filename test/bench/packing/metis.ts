import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hypergraph } from '../../../engine/allocate/packing/hypergraph.ts';

/** METIS counts in 32 bits. */
const MOST_COST = 1e9;

/**
 * gpmetis on a graph whose nets have become cliques: each pair of n members costs the n - 1st part of the net.
 * @returns for each of its two ways and each seed, the part of each vertex.
 */
export function runMetis(
  graph: Hypergraph,
  { parts, seeds, folder }: { readonly parts: number; readonly seeds: number; readonly folder: string },
): readonly Int32Array[] {
  const file = join(folder, 'metis.graph');
  writeFileSync(file, graphFile(graph));
  return ['kway', 'rb'].flatMap((way) =>
    Array.from({ length: seeds }, (_, seed) => {
      const options = [`-ptype=${way}`, `-seed=${seed + 1}`, '-ufactor=30'];
      execFileSync('gpmetis', [...options, file, String(parts)], { stdio: 'ignore' });
      const answer = readFileSync(`${file}.part.${parts}`, 'utf8');
      return Int32Array.from(answer.trim().split('\n'), Number);
    }),
  );
}

function graphFile({ weight, netStart, pins, netCost }: Hypergraph): string {
  const costs: Map<number, number>[] = Array.from(weight, () => new Map<number, number>());
  let total = 0;
  for (let net = 0; net < netCost.length; net += 1) {
    const members = pins.subarray(netStart[net], netStart[net + 1]);
    const each = netCost[net]! / (members.length - 1);
    for (const a of members) {
      for (const b of members) {
        if (a === b) continue;
        costs[a]!.set(b, (costs[a]!.get(b) ?? 0) + each);
        total += each;
      }
    }
  }
  const scale = Math.min(1, MOST_COST / total);
  const edges = costs.reduce((sum, row) => sum + row.size, 0) / 2;
  const lines = costs.map((row) =>
    [...row].map(([other, cost]) => `${other + 1} ${Math.max(1, Math.round(cost * scale))}`).join(' '),
  );
  return [`${weight.length} ${edges} 001`, ...lines, ''].join('\n');
}
