import { dirname, join, resolve } from 'node:path';
import { realpathSync } from 'node:fs';
import { UserError } from '../model/problem.ts';
import type { LoadedDefinition, Probe } from './define.ts';
import type { StageFile } from './discover.ts';
import { descriptionOf, resultOf } from './program-answer.ts';

/** A program to be run where it can change nothing. */
export interface ProgramRequest {
  readonly argv: readonly string[];
  /** What it reads. */
  readonly input: string;
  /** Folders that it sees beside the system's. */
  readonly sees: readonly string[];
  /** When it is killed. */
  readonly seconds: number;
}

/** What came of it. */
export interface ProgramAnswer {
  /** Exit status; 128 + N where signal N ended it. */
  readonly status: number;
  readonly stdout: string;
  /** The end of it, where it was much. */
  readonly stderr: string;
  /** It was killed: its time was up, or it wrote too much. */
  readonly killed?: 'time' | 'output';
}

export type RunProgram = (request: ProgramRequest) => Promise<ProgramAnswer>;

const DESCRIBE_SECONDS = 10;
const PLAN_SECONDS = 30;
const described = new Map<string, Promise<LoadedDefinition>>();

/**
 * The stage that an executable file is: asked once per process what it needs and provides, and for its plan whenever
 * there is one to be made.
 * @throws UserError naming the file, and the field where its answer is wrong.
 */
export function loadProgram(stage: StageFile, run: RunProgram): Promise<LoadedDefinition> {
  const known = described.get(stage.file) ?? describe(stage, run);
  described.set(stage.file, known);
  known.catch(() => described.delete(stage.file));
  return known;
}

async function describe(stage: StageFile, run: RunProgram): Promise<LoadedDefinition> {
  const { file } = stage;
  const ask = async (args: readonly string[], input: string, seconds: number): Promise<ProgramAnswer> => {
    const answer = await run({ argv: [file, ...args], input, sees: seenBy(stage), seconds });
    refuseFailure(stage, args, answer, seconds);
    return answer;
  };
  const { stdout } = await ask(['--describe'], '', DESCRIBE_SECONDS);
  const { claims, probes, seconds = PLAN_SECONDS, ...declared } = descriptionOf(file, stdout);
  return {
    // Whether there are facts of these names is looked at where stages are ordered.
    ...(declared as Pick<LoadedDefinition, 'summary' | 'needs' | 'provides' | 'many' | 'closing'>),
    ...(claims && { claims: () => claims }),
    ...(probes && { probes: () => probes as readonly Probe[] }),
    async plan(context) {
      const answer = await ask([], `${JSON.stringify(context)}\n`, seconds);
      const result = resultOf(file, answer.stdout);
      const said = answer.stderr.split('\n').filter((line) => line.trim() !== '');
      if (said.length === 0 || 'skip' in result) return result;
      return { ...result, notes: [...(result.notes ?? []), ...said.map((line) => `${stage.name}: ${line}`)] };
    },
  };
}

/** The setup/ and launch/ that it lies in, and what it is a link to. */
function seenBy({ file, platform }: StageFile): readonly string[] {
  const phaseFolder = resolve(dirname(file), platform === undefined ? '.' : '..');
  const siblings = ['setup', 'launch'].map((name) => join(dirname(phaseFolder), name));
  return [...siblings, dirname(realpathSync(file))];
}

function refuseFailure(
  { file }: StageFile,
  args: readonly string[],
  { status, stderr, killed }: ProgramAnswer,
  seconds: number,
): void {
  if (status === 0 && !killed) return;
  const asked = args.length > 0 ? `asked to ${args.join(' ')}, ` : '';
  throw new UserError({
    code: 'stage-failed',
    message: `${asked}the stage ${ending(status, killed, seconds)}${lastWords(stderr)}`,
    place: { file },
    hint: hint(status, stderr, killed),
  });
}

function ending(status: number, killed: ProgramAnswer['killed'], seconds: number): string {
  if (killed === 'time') return `did not answer within ${seconds} s`;
  if (killed === 'output') return 'answered with more than 16 MiB';
  return status > 128 ? `was ended by signal ${status - 128}` : `ended with exit code ${status}`;
}

function lastWords(stderr: string): string {
  const lines = stderr.trimEnd().split('\n').slice(-10);
  return lines[0] === '' ? '' : `: ${lines.join('\n  ')}`;
}

function hint(status: number, stderr: string, killed: ProgramAnswer['killed']): string {
  if (killed === 'time') return 'its --describe may give it more "seconds"';
  if (killed === 'output') return 'it answers with one JSON object, and nothing else, on its standard output';
  if (/Read-only file system|Operation not permitted|Permission denied|Network is unreachable/.test(stderr)) {
    return 'a stage runs where it can change nothing: what it wants done it answers as effects';
  }
  if (status === 126 || status === 127) {
    return 'it sees /usr, /etc, /opt and the folders that it lies in: its interpreter has to be there, for all to read';
  }
  return 'it has to end with exit code 0 when it has answered';
}
