import type { Answer } from './lab.ts';
import { lastWords } from './last-words.ts';
import type { Fault } from './rule.ts';

interface Event {
  readonly type: string;
  readonly op?: 'make' | 'change' | 'unmake';
  readonly effect?: string;
  readonly stage?: string;
  readonly error?: Failure | readonly Failure[];
}
interface Failure {
  readonly message: string;
  readonly command?: string;
  readonly stderr?: string;
  readonly hint?: string;
}

/** Why a command of the product failed that was run with --json: by its effects, if it is for one of them. */
export function failuresOf(verb: string, answer: Answer): readonly Fault[] {
  const events = answer.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
  const failed = events.flatMap(({ type, op, effect, stage, error }): readonly Fault[] => {
    if (type === 'effect-failed') return [ofEffect(`${effect} of the stage ${stage}`, op, error as Failure)];
    const problems = Array.isArray(error) ? (error as readonly Failure[]) : [];
    return problems.map(({ message, hint }) => ({
      what: `${verb}: ${message}`,
      mend: hint ?? 'mend what it says',
    }));
  });
  if (failed.length > 0) return failed;
  const said = lastWords(answer.stderr) || lastWords(answer.stdout);
  const what = answer.late
    ? 'had not ended when its time was up'
    : `ended with exit code ${answer.code}: ${said}`;
  return [{ what: `${verb} ${what}`, mend: 'mend what it says' }];
}

function ofEffect(effect: string, op: Event['op'], { message, command, stderr }: Failure): Fault {
  const by = command === undefined ? '' : `; command: ${command}`;
  const said = stderr ? `; it said: ${lastWords(stderr)}` : '';
  if (op === 'unmake') {
    return {
      what: `${effect} cannot be undone: ${message}${by}${said}`,
      mend: 'let its undo succeed on what is whole, half made or already gone (`rm -f`, not `rm`)',
    };
  }
  return {
    what: `${effect} cannot be made: ${message}${by}${said}`,
    mend: 'mend the effect; it must be possible to make it on what is half made, too. The command can be tried by hand',
  };
}
