import { formatProblem, isUserError } from '../model/problem.ts';
import type { Io } from './io.ts';

/** Temporary. */
export async function main(argv: readonly string[]): Promise<number> {
  const io: Io = {
    emit: (event) => console.log(JSON.stringify(event)),
    print: (line) => console.log(line),
    json: (value) => console.log(JSON.stringify(value)),
    asJson: false,
  };
  const option = (name: string): string | undefined => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const target = { ...(option('-e') && { experiment: option('-e')! }), ...(option('--var') && { var: option('--var')! }) };
  try {
    if (argv[0] === 'up') {
      const { up } = await import('./commands/up.ts');
      return await up(argv[1]!, { ...target, as: Object.fromEntries(argv.filter((a, i) => argv[i - 1] === '--as').map((a) => a.split('='))), stages: [] }, io);
    }
    const { down } = await import('./commands/down.ts');
    return await down({ ...target, purge: argv.includes('--purge') }, io);
  } catch (error) {
    if (!isUserError(error)) throw error;
    for (const problem of error.problems) console.error(formatProblem(problem));
    return error.exitCode;
  }
}
