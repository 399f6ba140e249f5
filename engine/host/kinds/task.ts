import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { effectId } from '../../model/effect.ts';
import type { EffectKind } from '../../plan/kind.ts';
import type { TaskSpec } from '../../stage/effects.ts';
import { commandLine, quote } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { DONE, failed, outcomeOf } from '../outcome.ts';
import { processState } from '../process-state.ts';
import type { ProcessState } from '../process-state.ts';

/** Which incarnation of its process a task has run in. */
interface TaskState {
  readonly ranIn: ProcessState;
}

/**
 * A command that is started once per incarnation of a process, inside its namespaces or by way of a command that leads
 * into the node, and is not waited for. It lives in that process's cgroup; whoever wants to know its end reads the status
 * file.
 */
export function taskKind(host: HostContext): EffectKind {
  return {
    kind: 'task',
    describe: ({ spec }) =>
      `run once in ${(spec as TaskSpec).enter}: ${commandLine((spec as TaskSpec).argv)}`,

    async observe(effects, journal) {
      return effects.map((effect) => {
        const ran = (journal.recorded(effectId(effect))?.state as TaskState | undefined)?.ranIn;
        const now = processState((effect.spec as TaskSpec).enter, journal);
        const hasRun =
          now &&
          (markOf(now) === (ran && markOf(ran)) || markOf(now) === readMark(host.taskMark(effect.name)));
        return hasRun ? { state: 'present' } : { state: 'absent' };
      });
    },

    async make(effects, journal) {
      const runs = effects.map((effect) => {
        const spec = effect.spec as TaskSpec;
        const target = processState(spec.enter, journal);
        const mark = host.taskMark(effect.name);
        for (const path of [spec.stdout, spec.stderr, spec.status, mark]) {
          mkdirSync(dirname(path), { recursive: true });
          rmSync(path, { force: true });
        }
        return {
          target,
          command: {
            argv: supervised(spec, target ?? NOBODY, mark),
            cgroup: host.processCgroup(spec.enter),
            log: '/dev/null',
          },
        };
      });
      const results = await host.run(runs.map(({ command }) => command));
      return runs.map(({ target, command }, index) => {
        if (!target) return failed({ message: 'the process that it is to run in is not there' });
        const outcome = outcomeOf(command, results[index]!);
        return outcome.ok ? { ok: true, state: { ranIn: target } satisfies TaskState } : outcome;
      });
    },

    async unmake(effects) {
      return effects.map(() => DONE);
    },
  };
}

/** Marked first: a run that is killed here must not lead to a second one in the same incarnation. */
const SUPERVISE =
  'mark=$1 ran=$2 out=$3 err=$4 status=$5; shift 5; echo "$ran" >"$mark"; ' +
  '"$@" </dev/null >"$out" 2>"$err"; echo $? >"$status.new"; mv "$status.new" "$status"';
const NOBODY: ProcessState = { pid: 0, startTime: 0 };

function supervised(spec: TaskSpec, target: ProcessState, mark: string): readonly string[] {
  const words = [mark, markOf(target), spec.stdout, spec.stderr, spec.status, ...inNode(spec, target)];
  return ['setsid', '--fork', 'sh', '-c', SUPERVISE, 'sh', ...words];
}

/** In the root and directory of the node's first process: the host's own would lead out of the node. */
function inNode({ argv, through }: TaskSpec, { pid }: ProcessState): readonly string[] {
  if (through) return [...through, ...argv.map(quote)];
  const namespaces = ['--mount', '--root', '--wd', '--uts', '--net', '--pid'];
  return ['nsenter', `--target=${pid}`, ...namespaces, '--', ...argv];
}

function markOf({ pid, startTime }: ProcessState): string {
  return `${pid} ${startTime}`;
}

function readMark(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
