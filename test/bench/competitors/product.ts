import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codecs } from '../../../engine/config/files.ts';
import { vnodesOf } from '../../../engine/config/nodes.ts';
import { packageRoot } from '../../../engine/config/package-root.ts';
import { diskReader } from '../../../engine/config/reader.ts';
import type { VNode } from '../../../engine/model/vnode.ts';
import { pingAll } from '../answer.ts';
import { timed } from '../command.ts';
import type { Competitor } from '../competitor.ts';
import { PRODUCT } from '../figures.ts';

/** How the product is called, as a user would. */
export const PROGRAM: readonly string[] = [
  process.execPath,
  join(packageRoot(), 'engine/cli/benito-pipeline.js'),
];

/** One experiment of the product, in a var directory of its own. */
export interface ProductExperiment {
  readonly file: string;
  readonly project: string;
  readonly name: string;
  readonly varDir: string;
}

/** The product itself: `up FILE`, `down --purge`. */
export function product(experiment: ProductExperiment): Competitor {
  const { file, project, name, varDir } = experiment;
  const target = ['-e', `${project}/${name}`, '--var', varDir];
  const down = async (): Promise<void> => void (await timed([...PROGRAM, 'down', ...target, '--purge']));
  return {
    name: PRODUCT,
    up: async () => void (await timed([...PROGRAM, 'up', file, ...target])),
    async answer() {
      const nodes = plannedNodes(varDir);
      const netns = `/run/netns/${project}.${name}.${nodes[0]!.name}`;
      const addresses = nodes.map(({ interfaces }) => interfaces[0]!.address);
      await timed(['nsenter', `--net=${netns}`, '--', ...pingAll(addresses)]);
    },
    down,
    async clean() {
      if (existsSync(join(varDir, 'journal'))) await down();
      rmSync(varDir, { recursive: true, force: true });
    },
  };
}

/** The nodes as the product's setup left them in the config directory. */
export function plannedNodes(varDir: string): readonly VNode[] {
  const reader = diskReader(join(varDir, 'config'));
  return vnodesOf(codecs.topology.decode!(reader)!, codecs.embedding.decode!(reader)!, []);
}
