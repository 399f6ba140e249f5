import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { effectId } from '../../model/effect.ts';
import { specHash } from '../../plan/plan.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { ProcessSpec } from '../../stage/effects.ts';
import type { HostCommand } from '../batch.ts';
import { commandLine } from '../batch.ts';
import { destroyCgroups, isPopulated, makeCgroup, processesOf } from '../cgroup.ts';
import type { HostContext } from '../context.ts';
import { isAlive, processState, startTimeOf } from '../process-state.ts';
import type { ProcessState } from '../process-state.ts';
import { DONE, failed, failureOf } from '../outcome.ts';
import { netnsPath } from '../namespace.ts';
import { isReady, readyBy } from '../readiness.ts';

/** Long-lived process trees, each in a cgroup of its own from birth: found there, and killed there with all offspring. */
export function processKind(host: HostContext): EffectKind {
  return {
    kind: 'process',
    describe: ({ name, spec }) => `process ${name}: ${commandLine((spec as ProcessSpec).argv)}`,

    async observe(effects, journal) {
      return effects.map((effect) => look(effect, host.processCgroup(effect.name), journal));
    },

    async make(effects, journal) {
      await clear(effects);
      const starts = effects.map((effect) => startCommand(effect, journal));
      const results = await host.run(starts, { timeoutMs: startTime(effects) });
      return Promise.all(
        effects.map(async (effect, index): Promise<Outcome> => {
          const result = results[index]!;
          const log = readLog(host.processLog(effect.name));
          if (result.status !== 0)
            return failed(failureOf(starts[index]!, { ...result, stderr: log || result.stderr }));
          return awaitReady(effect, starts[index]!);
        }),
      );
    },

    async unmake(effects) {
      const left = await clear(effects);
      for (const { name } of effects) rmSync(host.processLog(name), { force: true });
      return effects.map(({ name }) => {
        if (!left.includes(host.processCgroup(name))) return DONE;
        const pids = processesOf(host.processCgroup(name)).join(' ');
        return failed({
          message: `${name} does not die (process ${pids})`,
          hint: 'see its state: ps -o pid,stat,wchan,args',
        });
      });
    },
  };

  /** Kills what is there and removes what it leaves behind. */
  async function clear(effects: readonly PlannedEffect[]): Promise<readonly string[]> {
    const left = await destroyCgroups(effects.map(({ name }) => host.processCgroup(name)));
    for (const { spec } of effects) {
      for (const path of (spec as ProcessSpec).creates ?? []) rmSync(path, { recursive: true, force: true });
    }
    return left;
  }

  function startCommand(effect: PlannedEffect, journal: JournalView): HostCommand {
    const { argv, netns, enter, env = {}, start = 'exits' } = effect.spec as ProcessSpec;
    const cgroup = host.processCgroup(effect.name);
    const log = host.processLog(effect.name);
    makeCgroup(cgroup);
    mkdirSync(dirname(log), { recursive: true });
    const target = enter === undefined ? '' : `/proc/${processState(enter, journal)?.pid}`;
    const namespaces = [
      ...(netns === undefined ? [] : [`--net=${netnsPath(netns)}`]),
      // With its root too: a host that is itself a chroot has another root than its mount namespace.
      ...(enter === undefined
        ? []
        : [`--mount=${target}/ns/mnt`, `--root=${target}/root`, `--wd=${target}/cwd`]),
    ];
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return {
      argv: [
        ...(namespaces.length > 0 ? ['nsenter', ...namespaces, '--'] : []),
        ...(variables.length > 0 ? ['env', ...variables] : []),
        ...(start === 'stays' ? ['setsid', '--fork'] : []),
        ...argv,
      ],
      cgroup,
      log,
    };
  }

  async function awaitReady(effect: PlannedEffect, command: HostCommand): Promise<Outcome> {
    const { ready = {}, label = effect.name, nice } = effect.spec as ProcessSpec;
    const cgroup = host.processCgroup(effect.name);
    const seconds = ready.seconds ?? 10;
    const deadline = Date.now() + seconds * 1000;
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      if (!isPopulated(cgroup)) {
        const log = readLog(host.processLog(effect.name));
        const message = `${label} ended as soon as it had started${log ? `: ${log.split('\n').at(-1)}` : ''}`;
        return failed({ message, command: commandLine(command.argv), ...(log && { stderr: log }) });
      }
      if (await isReady(ready)) {
        const state = firstProcess(cgroup);
        if (state) {
          if (nice !== undefined) setPriorities(cgroup, nice);
          return { ok: true, state };
        }
      }
      if (Date.now() > deadline) {
        const log = readLog(host.processLog(effect.name));
        const message = `${label} runs, but was not ready after ${seconds} s (${readyBy(ready)})`;
        return failed({ message, command: commandLine(command.argv), ...(log && { stderr: log }) });
      }
      await sleep(pause);
    }
  }
}

/** What the start command of each may take, ms: a daemon may come back from it only when it is ready. */
function startTime(effects: readonly PlannedEffect[]): number {
  const longest = Math.max(...effects.map(({ spec }) => (spec as ProcessSpec).ready?.seconds ?? 0));
  return 60_000 + 50 * effects.length + longest * 1000;
}

function look(effect: PlannedEffect, cgroup: string, journal: JournalView): Observation {
  const { creates = [], ready = {}, argv } = effect.spec as ProcessSpec;
  if (!isPopulated(cgroup)) return { state: 'absent' };
  const recorded = journal.recorded(effectId(effect));
  const replace = (why: string): Observation => ({ state: 'different', why: [why], mend: 'replace' });
  if (recorded?.status !== 'made') return replace('it was left half started');
  if (recorded.effect !== effect && recorded.specHash !== specHash(effect)) {
    const [runs, wanted] = [commandLine((recorded.effect.spec as ProcessSpec).argv), commandLine(argv)];
    return replace(
      runs === wanted ? 'it was started with other options' : `it runs as: ${runs}, not: ${wanted}`,
    );
  }
  if (!recorded.state || !isAlive(recorded.state as ProcessState)) return { state: 'absent' };
  const missing = [...creates, ready.socket].find((path) => path !== undefined && !existsSync(path));
  return missing === undefined ? { state: 'present' } : replace(`${missing} is gone`);
}

/** The oldest process of a cgroup: the others are its offspring. */
function firstProcess(cgroup: string): ProcessState | undefined {
  const states = processesOf(cgroup).flatMap((pid): ProcessState[] => {
    const startTime = startTimeOf(pid);
    return startTime === undefined ? [] : [{ pid, startTime }];
  });
  return states.sort((a, b) => a.startTime - b.startTime || a.pid - b.pid)[0];
}

/** Best effort: root of a container may not. */
function setPriorities(cgroup: string, nice: number): void {
  for (const pid of processesOf(cgroup)) {
    try {
      setPriority(pid, nice);
    } catch {
      // It has ended, or must not.
    }
  }
}

function readLog(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-4096).trim() : '';
}
