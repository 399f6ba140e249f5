import { timed } from '../command.ts';
import { PROGRAM } from '../competitors/product.ts';
import { PRODUCT } from '../figures.ts';
import type { Figure } from '../figures.ts';
import type { Subject } from './subject.ts';

/** How long the command takes to say what it can say at once, against a Node that does nothing. */
export const startupSubject: Subject = async ({ rounds, tell }) => {
  const words = ['--version', '--help', 'list'];
  const bare: number[] = [];
  const runs = words.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    bare.push((await timed([process.execPath, '-e', '0'])).ms);
    for (const [index, word] of words.entries()) runs[index]!.push((await timed([...PROGRAM, word])).ms);
  }
  tell(`start-up, ${rounds} rounds`);
  return words.flatMap((word, index): readonly Figure[] => {
    const of = { subject: 'start-up', what: word, unit: 'ms' } as const;
    return [
      { ...of, competitor: PRODUCT, runs: runs[index]! },
      { ...of, competitor: 'node -e 0', runs: bare },
    ];
  });
};
