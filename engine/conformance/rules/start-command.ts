import { LIVES } from '../experiment.ts';
import type { Lab } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';

export const startCommand: Rule = {
  name: 'start-command',
  summary: 'a start command runs exactly once, as written, with its output and status on the host',
  async check(lab) {
    const { starts } = lab.experiment;
    if (!starts) return { evidence: [], faults: [], notAsked: 'startCommands' };
    await lab.up();
    const faults: Fault[] = [];
    const log = `${lab.varDir}/log/${starts.node}`;
    const found = {
      stdout: await lab.host.run(['cat', `${log}/start_command.out`]),
      stderr: await lab.host.run(['cat', `${log}/start_command.err`]),
      status: await lab.host.run(['cat', `${log}/start_command.status`]),
    };
    for (const key of ['stdout', 'stderr', 'status'] as const) {
      const { code, stdout } = found[key];
      if (code === 0 && stdout === starts[key]) continue;
      const there = code === 0 ? JSON.stringify(stdout) : 'not there';
      faults.push({
        what: `${log}: ${NAMES[key]} is ${there}, not ${JSON.stringify(starts[key])}`,
        mend: MEND,
      });
    }
    const lives = await livesOf(lab, starts.node);
    if (lives !== undefined && lives !== 1) {
      faults.push({
        what: `the start command of ${starts.node} ran ${lives} times in its first life`,
        mend: 'start it by one effect only, an effect.task: it runs once per incarnation of the process that it enters',
      });
    }
    const counted = lives === undefined ? '' : `; it ran ${lives} times`;
    return {
      evidence: [
        `${starts.node}: ${JSON.stringify(found.stdout.stdout)}, status ${found.status.stdout.trim()}${counted}`,
      ],
      faults,
    };
  },
};

/** How often a node's start command has run since it has its disk; undefined where it cannot be asked. */
export async function livesOf(lab: Lab, node: string): Promise<number | undefined> {
  if (!lab.definition.verbs?.exec) return undefined;
  const { code, stdout } = await lab.inNode(node, ['cat', LIVES]);
  return code === 0 ? stdout.split('\n').filter((line) => line === 'life').length : 0;
}

const NAMES = { stdout: 'start_command.out', stderr: 'start_command.err', status: 'start_command.status' };
const MEND =
  "run `startup` of the fact 'nodes' by effect.task, argv ['sh', '-c', startup], with these files as stdout, stderr and status; or declare lacks: ['startCommands']";
