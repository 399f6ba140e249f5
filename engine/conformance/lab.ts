import type { NodeRecord } from '../plan/plan.ts';
import type { PlatformDefinition } from '../platform/define.ts';
import { LIVES, labExperiment } from './experiment.ts';
import type { LabExperiment } from './experiment.ts';
import { UNSCANNED, commandOf } from './host.ts';
import type { Host, Snapshot } from './host.ts';
import { Blocked } from './rule.ts';
import type { Ended } from './running.ts';
import { failuresOf } from './failures.ts';
import { seeOnWire } from './wire.ts';
import type { Seen } from './wire.ts';
import { planLab } from './plan-lab.ts';
import type { Shown } from './plan-lab.ts';
import { bringUp } from './bring-up.ts';

/** How a command of the product ended. */
export interface Answer extends Ended {
  /** It was killed when its time was up. */
  readonly late: boolean;
  readonly seconds: number;
}

export interface CommandOptions {
  readonly seconds?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What it is started by. */
  readonly under?: (argv: readonly string[]) => readonly string[];
}

/** How long the product may take, in seconds. */
export interface Limits {
  readonly plan: number;
  readonly up: number;
}

/** The experiment as it came up. */
export interface Up {
  /** The host before; where it is scanned. */
  readonly before?: Snapshot;
  readonly seconds: number;
  /** What answered in the very moment that `apply` had ended, by switch. */
  readonly atOnce: ReadonlyMap<string, Seen>;
  /** What had changed on the host then; where it is scanned. */
  readonly appeared?: readonly string[];
  /** Its journal then, a record each. */
  readonly journal: readonly JournalLine[];
  /** The nodes that run. */
  readonly nodes: readonly NodeRecord[];
}

export type JournalLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** A platform with a throw-away host and an experiment to try it on, whose state the rules share. */
export interface Lab {
  readonly platform: string;
  readonly definition: PlatformDefinition;
  readonly host: Host;
  readonly experiment: LabExperiment;
  readonly limits: Limits;
  /** How often `up` is killed; as time allows where undefined. */
  readonly kills?: number | undefined;
  /** Whether bringing up scans the host, before and after. */
  readonly scanned: boolean;
  /** Where stages are looked for. */
  readonly folders: readonly string[];
  /** The TopDL file on the host. */
  readonly file: string;
  readonly varDir: string;
  /** The words that name the experiment. */
  readonly named: readonly string[];
  /** The words that name the stage folders. */
  readonly stages: readonly string[];
  /** The product's command line on the host, with a time limit. */
  command(words: readonly string[], options?: CommandOptions): Promise<Answer>;
  /** A command in a node, by the platform's own way. */
  inNode(node: string, argv: readonly string[]): Promise<Answer>;
  /** The plan, as it is shown on a clean host. @throws Blocked where there is none. */
  planned(): Promise<Shown>;
  /** Brings the experiment up, unless it is. @throws Blocked where it does not come up. */
  up(): Promise<Up>;
  /** Takes it down with all that it wrote, if it is up. */
  down(): Promise<void>;
  /** It has been taken down by others. */
  forget(): void;
  /** The nodes' interfaces, switch by switch, as a stranger sees them. */
  look(
    nodes: readonly NodeRecord[],
    options?: { count?: number; seconds?: number },
  ): Promise<ReadonlyMap<string, Seen>>;
  readJournal(): Promise<readonly JournalLine[]>;
  close(): Promise<void>;
}

export interface LabOptions {
  readonly platform: string;
  readonly definition: PlatformDefinition;
  readonly host: Host;
  readonly limits: Limits;
  readonly kills?: number | undefined;
  readonly scanned: boolean;
  /** `--stages DIR`, in their order. */
  readonly extra: readonly string[];
  readonly folders: readonly string[];
}

const FILE = `${UNSCANNED}/lab.xml`;
const VAR = '/var/lab';
const NAMED = ['-e', 'conformance/lab', '--var', VAR];

/** Writes the experiment onto the host. */
export async function openLab({ host, limits, extra, ...options }: LabOptions): Promise<Lab> {
  const experiment = labExperiment(options.platform, options.definition);
  const stages = extra.flatMap((folder) => ['--stages', folder]);
  await host.write(FILE, experiment.text);
  let shown: Promise<Shown> | undefined;
  let state: Promise<Up> | undefined;

  const command: Lab['command'] = async (words, { seconds = limits.up, env = {}, under = asItIs } = {}) => {
    const started = performance.now();
    const argv = ['timeout', '--signal=KILL', String(seconds), ...under(commandOf(words))];
    const ended = await host.run(argv, { env });
    const took = (performance.now() - started) / 1000;
    return { ...ended, seconds: took, late: ended.code === 137 && took >= seconds };
  };
  const look: Lab['look'] = async (nodes, how) => {
    const taps = nodes.flatMap(({ interfaces }) => interfaces);
    const sockets = [...new Set(taps.map((one) => one.switch))];
    const seen = await Promise.all(
      sockets.map((socket) =>
        seeOnWire(
          host,
          taps.filter((one) => one.switch === socket),
          how,
        ),
      ),
    );
    return new Map(sockets.map((socket, index) => [socket, seen[index]!]));
  };
  const lab: Lab = {
    ...options,
    host,
    experiment,
    limits,
    file: FILE,
    varDir: VAR,
    named: NAMED,
    stages,
    command,
    look,
    inNode: (node, argv) => command(['exec', ...NAMED.slice(0, 2), node, '--', ...argv], { seconds: 30 }),
    planned: () => (shown ??= planLab(lab, { saved: true })),
    up: () => (state ??= bringUp(lab)),
    async down() {
      if (state === undefined) return;
      state = undefined;
      const ended = await command(['down', ...NAMED, '--purge', '--json']);
      if (ended.code !== 0) throw new Blocked('undo', failuresOf('down', ended));
      await host.must(['rm', '-f', LIVES]);
    },
    forget: () => (state = undefined),
    async readJournal() {
      const text = await host.read(`${VAR}/journal/journal.jsonl`);
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as JournalLine);
    },
    close: () => host.close(),
  };
  return lab;
}

function asItIs(argv: readonly string[]): readonly string[] {
  return argv;
}
