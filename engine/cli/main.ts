import { consoleIo } from './console-io.ts';
import type { ConsoleIo } from './console-io.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import { engineVersion } from './version.ts';

/**
 * The command line: runs what it names.
 * @returns the exit code: 0 ok, 1 failed or wrong, 2 usage, 70 a fault of the program, 130 interrupted; `exec`,
 * `shell`, `ssh` and `console` give that of the command inside the node.
 */
export async function main(argv: readonly string[]): Promise<number> {
  ignoreBrokenPipes();
  const { stderr, env } = process;
  const io = consoleIo(process, jsonWanted(argv));
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.print(engineVersion());
    return 0;
  }
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const { explainFault } = await import('./fault.ts');
    const { colorsFor } = await import('../report/colors.ts');
    const { lines, problems, exitCode } = explainFault(error, colorsFor(stderr, env));
    io.stop();
    if (io.asJson) io.json({ error: problems });
    else for (const line of lines) stderr.write(`${line}\n`);
    return exitCode;
  }
}

async function dispatch(argv: readonly string[], io: ConsoleIo): Promise<number> {
  const { program } = await import('./program.ts');
  let exitCode = 0;
  let said = '';
  const err = (text: string): void => {
    if (io.asJson) said += text;
    else process.stderr.write(text);
  };
  const out = (text: string): void => void process.stdout.write(text);
  const command = program(engineVersion(), { out, err }, async (row, parsed) => {
    exitCode = await row.run(parsed, io);
  });
  // Where `--` says which words are the node's, ours may stand anywhere before it.
  if (argv.includes('--')) for (const one of command.commands) one.passThroughOptions(false);
  try {
    await command.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    if (error.exitCode === 0) return 0;
    if (io.asJson) io.json({ error: [{ code: 'usage', message: said.trim() }] });
    return EXIT_USAGE;
  }
}

/** Words behind `--` are not ours. */
function jsonWanted(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json');
}

function isCommanderError(error: unknown): error is { readonly exitCode: number } {
  return /^commander\./.test(String((error as { code?: unknown } | undefined)?.code));
}

/** Whoever reads us may stop reading: the work goes on, and it is no error. */
function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') > 0) continue;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
