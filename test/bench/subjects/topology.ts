import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from '../command.ts';
import type { Competitor } from '../competitor.ts';
import { PROGRAM, product } from '../competitors/product.ts';
import { script } from '../competitors/script.ts';
import type { Figure } from '../figures.ts';
import { runRounds } from '../rounds.ts';
import { toTopdl } from '../topologies.ts';
import type { Topology } from '../topologies.ts';
import type { BenchContext } from './subject.ts';

/** A topology brought up and down by the product, by a bare script that does what the product plans, and by `others`. */
export async function benchTopology(
  subject: string,
  topology: Topology,
  context: BenchContext,
  others: readonly Competitor[],
): Promise<readonly Figure[]> {
  const { folder, prefix, rounds, tell } = context;
  const own = join(folder, topology.name);
  mkdirSync(own);
  const file = join(own, 'experiment.xml');
  writeFileSync(file, toTopdl(topology));
  // The script's words come from an experiment of its own; it also warms up what is cached, for everyone.
  const configured = join(own, 'configured');
  const target = ['-e', `${prefix}/${topology.name}-c`, '--var', configured];
  await timed([...PROGRAM, 'up', file, ...target]);
  await timed([...PROGRAM, 'down', ...target]);
  const experiment = { file, project: prefix, name: topology.name, varDir: join(own, 'var') };
  const competitors = [product(experiment), script(prefix, configured, join(own, 'script')), ...others];
  return runRounds(subject, competitors, rounds, tell);
}
