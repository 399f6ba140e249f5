import { colorsFor } from '../report/colors.ts';
import { jsonReporter } from '../report/json.ts';
import { liveLine, noLiveLine } from '../report/live-line.ts';
import { textReporter } from '../report/text.ts';
import type { Emit } from '../run/events.ts';
import type { Io } from './io.ts';

/** What the process writes to. */
export interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** With `stop`, for a command that did not come to its end: takes away what only a running one may show. */
export interface ConsoleIo extends Io {
  stop(): void;
}

/** An Io on the process's own streams: text, or JSON. */
export function consoleIo({ stdout, stderr, env }: Streams, asJson: boolean): ConsoleIo {
  const print = (line: string): void => void stdout.write(`${line}\n`);
  const colors = colorsFor(stdout, env);
  let reporter: Emit | undefined;
  let live = noLiveLine;
  const startReporter = (): Emit => {
    if (asJson) return jsonReporter(print);
    if (stdout.isTTY && env['TERM'] !== 'dumb') live = liveLine(stdout);
    return textReporter({ write: print, writeError: (line) => void stderr.write(`${line}\n`), colors, live });
  };
  return {
    emit: (event) => (reporter ??= startReporter())(event),
    print(line) {
      live.erase();
      print(line);
    },
    aside: (line) => void stderr.write(`${line}\n`),
    json: (value) => print(JSON.stringify(value)),
    asJson,
    colors,
    stop: () => live.stop(),
  };
}
