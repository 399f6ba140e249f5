import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../engine/config/package-root.ts';
import { timed, timedWithMemory } from '../command.ts';
import { PROGRAM } from '../competitors/product.ts';
import { PRODUCT } from '../figures.ts';
import type { Figure } from '../figures.ts';
import { scaleFree, toTopdl } from '../topologies.ts';
import type { BenchContext, Subject } from './subject.ts';

const AS = ['--as', 'openvz=process', '--as', 'embedded_pnode=process'];

/** `run setup` of real input and of a large graph: time and peak memory. */
export const setupSubject: Subject = async (context) => {
  const btopo = join(packageRoot(), '../shared/corpus/topdl/spi-btopo.xml');
  const large = join(context.folder, 'scale-free.xml');
  writeFileSync(large, toTopdl(scaleFree(10_000, 2, 42)));
  const real = existsSync(btopo) ? await benchSetup('setup of btopo', btopo, context) : [];
  if (real.length === 0) context.tell(`setup of btopo: left out, as there is no ${btopo}`);
  return [...real, ...(await benchSetup('setup of 10,000 nodes', large, context))];
};

async function benchSetup(subject: string, file: string, context: BenchContext): Promise<readonly Figure[]> {
  const { rounds, folder, prefix, tell } = context;
  const times: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const varDir = join(folder, 'setup');
    const target = ['-e', `${prefix}/setup`, '--var', varDir];
    try {
      const { ms, peakMb } = await timedWithMemory([...PROGRAM, 'run', 'setup', file, ...AS, ...target]);
      times.push(ms);
      peaks.push(peakMb);
      tell(`${subject}, round ${round + 1}: ${ms.toFixed(0)} ms, ${peakMb.toFixed(0)} MB`);
    } finally {
      await timed([...PROGRAM, 'down', ...target, '--purge']);
      rmSync(varDir, { recursive: true, force: true });
    }
  }
  const of = { subject, competitor: PRODUCT } as const;
  return [
    { ...of, what: 'time', unit: 'ms', runs: times },
    { ...of, what: 'peak memory', unit: 'MB', runs: peaks },
  ];
}
