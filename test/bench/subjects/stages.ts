import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from '../command.ts';
import { PROGRAM } from '../competitors/product.ts';
import { PRODUCT } from '../figures.ts';
import { lan, toTopdl } from '../topologies.ts';
import type { Subject } from './subject.ts';

const COUNT = 100;
const STAGE = `import { defineStage, skip } from 'benito-pipeline';

export default defineStage({ summary: 'Do nothing', plan: () => skip('there is nothing to do') });
`;

/** What one more stage costs: a dry run of setup with a hundred stages that do nothing, against one without them. */
export const stagesSubject: Subject = async ({ rounds, folder, prefix, tell }) => {
  const stages = join(folder, 'stages');
  mkdirSync(join(stages, 'setup'), { recursive: true });
  for (let index = 0; index < COUNT; index += 1)
    writeFileSync(join(stages, 'setup', `noop_${index}.ts`), STAGE);
  const file = join(folder, 'stages.xml');
  writeFileSync(file, toTopdl(lan(2)));
  const run = [
    'run',
    'setup',
    file,
    '--dry-run',
    '-e',
    `${prefix}/stages`,
    '--var',
    join(folder, 'stages-var'),
  ];
  const perStage: number[] = [];
  await timed([...PROGRAM, ...run, '--stages', stages]); // compiles them, where that is kept
  for (let round = 0; round < rounds; round += 1) {
    const without = await timed([...PROGRAM, ...run]);
    const with100 = await timed([...PROGRAM, ...run, '--stages', stages]);
    perStage.push((with100.ms - without.ms) / COUNT);
  }
  tell(`stages that do nothing, ${rounds} rounds`);
  return [
    { subject: 'a stage that does nothing', what: 'time', competitor: PRODUCT, unit: 'ms', runs: perStage },
  ];
};
