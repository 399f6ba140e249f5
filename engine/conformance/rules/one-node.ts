import type { NodeRecord } from '../../plan/plan.ts';
import type { Lab } from '../lab.ts';
import { lastWords } from '../last-words.ts';
import type { Fault, Rule, Verdict } from '../rule.ts';
import { startCommandEnded } from '../start-command-ended.ts';

export const oneNode: Rule = {
  name: 'one-node',
  summary: 'a single node stops and starts, and the others go on',
  async check(lab) {
    if (lab.definition.lacks?.includes('stop')) return { evidence: [], faults: [], notAsked: 'stop' };
    const { nodes } = await lab.up();
    const node = nodes[0]!;
    const before = await processesOf(lab, nodes);
    const stopped = await lab.command(['stop', node.name, ...lab.named]);
    if (stopped.code !== 0) return ended('stop', stopped);
    const faults: Fault[] = [];
    const silent = await answersOf(lab, node, 1);
    if (silent > 0) {
      faults.push({
        what: `${node.name} was stopped, and answers still`,
        mend: "let verbs.alive name the effect whose end is the node's end, and hang what makes it answer on that by `within` or `diesWith`",
      });
    }
    const whileStopped = await processesOf(lab, nodes);
    faults.push(...disturbed('stopped', node, before, whileStopped));
    await forgetStartCommand(lab, node);
    const started = await lab.command(['start', node.name, ...lab.named, ...lab.stages]);
    if (started.code !== 0) return ended('start', started, faults);
    const answers = await answersOf(lab, node, 2);
    if (answers === 0) {
      faults.push({
        what: `${node.name} was started again, and does not answer`,
        mend: 'hang the parts of a node that die with it on its life by `diesWith`, so that they are made again',
      });
    }
    faults.push(...disturbed('started', node, whileStopped, await processesOf(lab, nodes)));
    faults.push(...(await secondLife(lab, node)));
    const others = Object.keys(before.others).length;
    return {
      evidence: [
        `${node.name} stopped: ${silent} answers; started again: ${answers} of its ${node.interfaces.length * 2} questions answered`,
        `${others} processes of other nodes and of the experiment, with their times of birth, before and after`,
      ],
      faults,
    };
  },
};

/** What its first life wrote. */
async function forgetStartCommand({ host, varDir }: Lab, { name }: NodeRecord): Promise<void> {
  await host.must(['rm', '-f', `${varDir}/log/${name}/start_command.status`]);
}

/** The start command belongs to a life. */
async function secondLife(lab: Lab, node: NodeRecord): Promise<readonly Fault[]> {
  if (lab.experiment.starts?.node !== node.name || (await startCommandEnded(lab))) return [];
  return [
    {
      what: `${node.name} was started again, and its start command was not`,
      mend: 'run it by an effect.task that enters the process which the node lives by',
    },
  ];
}

/** Processes by the effect that they are of, with their times of birth. */
interface Processes {
  /** The node's own. */
  readonly own: Readonly<Record<string, string>>;
  readonly others: Readonly<Record<string, string>>;
}

/** By the cgroups of the experiment, one per process effect. */
async function processesOf(lab: Lab, nodes: readonly NodeRecord[]): Promise<Processes> {
  const { plan } = await lab.planned();
  const script = `
    cd "$(find /sys/fs/cgroup -type d -path '*/benito-pipeline/*/live' | head -n 1)" || exit 0
    for one in *; do
      line=
      for pid in $(cat "$one/cgroup.procs"); do
        line="$line $pid@$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)"
      done
      echo "$one$line"
    done`;
  const lines = (await lab.host.must(['sh', '-c', script])).split('\n').filter(Boolean);
  const owners = new Map(
    plan.effects.filter(({ kind }) => kind === 'process').map(({ name, node }) => [name, node]),
  );
  const entries = lines.map((line): [string, string] => {
    const [name = '', ...rest] = line.split(' ');
    return [name, rest.join(' ')];
  });
  const isOwn = ([name]: [string, string]): boolean => owners.get(name) === nodes[0]!.name;
  return {
    own: Object.fromEntries(entries.filter(isOwn)),
    others: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
  };
}

function disturbed(what: string, node: NodeRecord, before: Processes, after: Processes): readonly Fault[] {
  return Object.keys(before.others)
    .filter((name) => !sameProcesses(before.others[name]!, after.others[name]))
    .map((name) => ({
      what: `${node.name} was ${what}, and the process ${name}, which is not its own, ${after.others[name] ? 'was started anew' : 'is gone'}`,
      mend: "hang effects of a node on its own effects and on those of no node only: not on another node's by `diesWith` or `within`",
    }));
}

/** The first process is the effect's own; what it does inside is its business. */
function sameProcesses(before: string, after: string | undefined): boolean {
  const first = (text: string): string => text.trim().split(' ')[0] ?? '';
  return after !== undefined && first(before) === first(after);
}

async function answersOf(lab: Lab, node: NodeRecord, count: number): Promise<number> {
  const seen = await lab.look([node], { count, seconds: 1 });
  return [...seen.values()].reduce(
    (sum, { answers }) => sum + [...answers.values()].reduce((a, b) => a + b, 0),
    0,
  );
}

function ended(
  verb: string,
  answer: { code: number; stderr: string; stdout: string },
  faults: readonly Fault[] = [],
): Verdict {
  const what = `${verb} ended with exit code ${answer.code}: ${lastWords(answer.stderr) || lastWords(answer.stdout)}`;
  const mend =
    verb === 'stop'
      ? "let verbs.alive name the process effect that the node lives by; or declare lacks: ['stop']"
      : 'let the node be made again from the config directory alone, by launch';
  return { evidence: [], faults: [...faults, { what, mend }] };
}
