import { packageRoot } from '../config/package-root.ts';
import type { EffectId } from '../model/effect.ts';
import type { Plan } from '../plan/plan.ts';
import { fakeTime } from './fake-time.ts';
import { UNSCANNED } from './host.ts';
import { lastWords } from './last-words.ts';
import type { Answer, Lab } from './lab.ts';
import { Blocked } from './rule.ts';
import type { Fault } from './rule.ts';

/** Where the plan is kept for `apply`. */
export const PLAN_FILE = `${UNSCANNED}/lab.plan`;

/** What `plan` showed. */
export interface Shown {
  readonly hash: string;
  readonly plan: Plan;
  /** What each stage gave, by stage. */
  readonly facts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Not where the host cannot be looked at. */
  readonly delta?: { readonly make: readonly { readonly effect: EffectId }[] };
  /** What stages did that they may not, while they planned. */
  readonly noted: readonly Noted[];
}

/** Something that is no fact, which a stage reads or changes while it plans. */
export interface Noted {
  readonly stage: string;
  /** `reads the clock`, `changes files`. */
  readonly what: string;
  readonly call: string;
  readonly argument?: string;
  /** FILE:LINE. */
  readonly at?: string;
}

/** How a plan is made under watch. */
export interface Watch {
  /** Seconds that the clock is put forward. */
  readonly shift?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Also write it to a file, for `apply`. */
  readonly saved?: true;
  /** What the command is started by. */
  readonly under?: (argv: readonly string[]) => readonly string[];
}

/** Has the product plan the experiment, and watches its stages. @throws Blocked where it does not, or does not end. */
export async function planLab(lab: Lab, watch: Watch = {}): Promise<Shown> {
  const words = ['plan', lab.file, ...lab.named, ...lab.stages, '--json', '--facts'];
  if (watch.saved) words.push('--out', PLAN_FILE);
  const ended = await lab.command(words, {
    seconds: lab.limits.plan,
    env: {
      ...watch.env,
      NODE_OPTIONS: `--require=${packageRoot()}/engine/conformance/watch-stages.cjs`,
      CONFORMANCE_STAGES: lab.folders.join(':'),
      CONFORMANCE_SHIFT: String(watch.shift ?? 0),
      CONFORMANCE_FAKETIME: fakeTime() ?? '',
    },
    ...(watch.under && { under: watch.under }),
  });
  const told = toldIn(ended.stderr);
  const asking = told.findLast((one) => 'asking' in one) as { asking: string; question: string } | undefined;
  if (ended.late) throw new Blocked('time-limits', [hangs(lab, asking)]);
  const said = JSON.parse(ended.stdout || '{}') as Omit<Shown, 'noted'> & { error?: readonly Problem[] };
  if (ended.code !== 0) throw new Blocked('comes-up', refused(said.error, ended));
  return { ...said, noted: told.filter((one) => 'what' in one) as unknown as readonly Noted[] };
}

interface Problem {
  readonly message: string;
  readonly hint?: string;
  readonly place?: { readonly file: string; readonly line?: number };
}

/** Lines of the watch among what a command said. */
function toldIn(stderr: string): readonly Readonly<Record<string, string>>[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('conformance: '))
    .map((line) => JSON.parse(line.slice('conformance: '.length)) as Readonly<Record<string, string>>);
}

function hangs({ limits }: Lab, asking: { asking: string; question: string } | undefined): Fault {
  const who = asking
    ? `the stage ${asking.asking} was asked for its ${asking.question}`
    : 'no stage was asked yet';
  return {
    what: `the plan was not made after ${limits.plan} s: ${who}, and had not answered`,
    mend: `let ${asking ? `the ${asking.question} of ${asking.asking}` : 'the stages'} end: it works out effects from facts and waits for nothing`,
  };
}

function refused(problems: readonly Problem[] | undefined, ended: Answer): readonly Fault[] {
  if (!problems) {
    return [
      {
        what: `plan ended with exit code ${ended.code}: ${lastWords(ended.stderr)}`,
        mend: 'mend what it says',
      },
    ];
  }
  return problems.map(({ message, hint, place }) => ({
    what: `the plan is refused: ${place ? `${place.file}${place.line === undefined ? '' : `:${place.line}`}: ` : ''}${message}`,
    mend: hint ?? 'mend what it says',
  }));
}
