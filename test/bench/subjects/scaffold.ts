import { join } from 'node:path';
import { timed } from '../command.ts';
import { PROGRAM } from '../competitors/product.ts';
import { PRODUCT } from '../figures.ts';
import type { Figure } from '../figures.ts';
import type { Subject } from './subject.ts';

const LANGUAGES = ['ts', 'sh', 'python'];

/** From nothing to two nodes of a new platform, and to the proof that it is right, in each language. */
export const scaffoldSubject: Subject = async ({ rounds, folder, prefix, tell }) => {
  const figures: Figure[] = [];
  for (const lang of LANGUAGES) {
    const times = { up: [] as number[], conformance: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const name = `box_${lang}_${round}`;
      const stages = join(folder, name);
      const at = ['-e', `${prefix}/${name}`, '--var', join(folder, `${name}-var`)];
      const made = await timed([...PROGRAM, 'new', 'platform', name, '--lang', lang, '--stages', stages]);
      const file = join(stages, `${name}.xml`);
      const up = await timed([...PROGRAM, 'up', file, '--stages', stages, ...at]);
      await timed([...PROGRAM, 'down', '--purge', ...at]);
      times.up.push(made.ms + up.ms);
      const words = ['conformance', name, '--stages', stages, '--kills', '1'];
      times.conformance.push((await timed([...PROGRAM, ...words])).ms);
    }
    tell(`a new platform in ${lang}, ${rounds} rounds`);
    const subject = `a new platform in ${lang}`;
    figures.push({ subject, what: 'written, two nodes up', competitor: PRODUCT, unit: 'ms', runs: times.up });
    figures.push({ subject, what: 'conformance', competitor: PRODUCT, unit: 'ms', runs: times.conformance });
  }
  return figures;
};
