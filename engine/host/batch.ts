import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A command to be run among many others: argv, never a shell's text. */
export interface HostCommand {
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Born inside this cgroup; its output goes to `log`, as nothing of it may hold on to the batch. */
  readonly cgroup?: string;
  readonly log?: string;
}

/** The status of a command whose time was up. */
export const TIMED_OUT = 124;
/** The status of a command that was never started. */
export const NOT_RUN = 125;

/** How a command ended. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BatchOptions {
  /** The cgroup that all helpers join first: if it is gone, nothing is run. */
  readonly workCgroup?: string | undefined;
  /** For the whole batch; default 60 s and 50 ms a command. */
  readonly timeoutMs?: number;
  /** Told each line that they write to stderr, as it comes. */
  readonly onSaid?: (line: string) => void;
  /** How many run at once; default: one more than there are cores. */
  readonly lanes?: number;
}

/**
 * Runs many short commands at a fraction of what a spawn from Node costs each (0.5 ms instead of 2): the commands are
 * dealt to a few `sh` processes, which report each one's end through their pipes. The scripts are whole functions, so
 * that a torn script is a syntax error and runs nothing; a lane whose reader died is killed by its next report.
 */
export async function runBatch(
  commands: readonly HostCommand[],
  options: BatchOptions = {},
): Promise<readonly CommandResult[]> {
  const lanes = Math.min(commands.length, options.lanes ?? availableParallelism() + 1);
  const results = new Array<CommandResult>(commands.length);
  const timeoutMs = options.timeoutMs ?? 60_000 + 50 * commands.length;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const mine = commands.map((_command, index) => index).filter((index) => index % lanes === lane);
      const ends = await runLane(
        laneScript(mine, commands, options.workCgroup),
        mine.length,
        timeoutMs,
        options.onSaid,
      );
      mine.forEach((index, position) => {
        results[index] = ends[position]!;
      });
    }),
  );
  return results;
}

/** A command line as one could type it, for messages. Of long words the journal may know no more than the length. */
export function commandLine(argv: readonly (string | object)[]): string {
  return argv
    .map(wordOf)
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word)))
    .join(' ');
}

/** Ends a command's report on both pipes: cannot occur in what our commands print. */
const MARK = '\x1e';

function laneScript(mine: readonly number[], commands: readonly HostCommand[], workCgroup?: string): string {
  const lines = ['lane() {'];
  if (workCgroup !== undefined) lines.push(`echo 0 >${quote(`${workCgroup}/cgroup.procs`)} || exit 97`);
  for (const index of mine) {
    lines.push(...commandLines(commands[index]!));
    lines.push('s=$?', `printf '${MARK}' >&2`, `printf '${MARK}%s\\n' $s`);
  }
  lines.push('}', 'lane', '');
  return lines.join('\n');
}

function commandLines(command: HostCommand): readonly string[] {
  const argv = command.argv.map(quote).join(' ');
  if (command.cgroup !== undefined) {
    const log = quote(command.log ?? '/dev/null');
    return [`( echo 0 >${quote(`${command.cgroup}/cgroup.procs`)} && exec ${argv} ) </dev/null >${log} 2>&1`];
  }
  if (command.stdin === undefined) return [`${argv} </dev/null`];
  return [`${argv} <<'__END_OF_INPUT__'`, command.stdin.replace(/\n?$/, ''), '__END_OF_INPUT__'];
}

async function runLane(
  script: string,
  count: number,
  timeoutMs: number,
  onSaid?: (line: string) => void,
): Promise<readonly CommandResult[]> {
  const child = spawn('/bin/sh', ['-s'], { detached: true, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  if (onSaid) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const said = line.replaceAll(MARK, '');
      if (said !== '') onSaid(said);
    });
  }
  // A lane that ends early breaks the pipe; its missing reports say so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(script);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    process.kill(-child.pid!, 'SIGKILL');
    // A daemon that left the process group may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  }, timeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    });
  } finally {
    clearTimeout(timer);
  }
  return readReports(Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString(), count, timedOut);
}

function readReports(
  stdout: string,
  stderr: string,
  count: number,
  timedOut: boolean,
): readonly CommandResult[] {
  const errors = stderr.split(MARK);
  const [first, ...reports] = stdout.split(MARK);
  const ends: CommandResult[] = [];
  let output = first!;
  for (const report of reports) {
    const newline = report.indexOf('\n');
    ends.push({
      status: Number(report.slice(0, newline)),
      stdout: output,
      stderr: errors[ends.length] ?? '',
    });
    output = report.slice(newline + 1);
  }
  const early = 'not started: the batch ended early';
  if (ends.length < count) {
    const said = (errors[ends.length] ?? '').trim() || early;
    ends.push({
      status: timedOut ? TIMED_OUT : NOT_RUN,
      stdout: output,
      stderr: timedOut ? 'the time was up' : said,
    });
  }
  while (ends.length < count) ends.push({ status: NOT_RUN, stdout: '', stderr: early });
  return ends;
}

function wordOf(word: string | object): string {
  return typeof word === 'string' ? word : `...(${(word as { length?: number }).length} characters)`;
}

/** A word as `sh` reads it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
