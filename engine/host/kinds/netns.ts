import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { effectId } from '../../model/effect.ts';
import type { EffectKind, JournalView, Observation } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { NetnsSpec, ProcessSpec } from '../../stage/effects.ts';
import type { HostCommand } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { isAlive } from '../process-state.ts';
import type { ProcessState } from '../process-state.ts';
import { DONE, failed, failureOf, outcomeOf } from '../outcome.ts';

const FOLDER = '/run/netns';

/** Where `ip netns` keeps a namespace's name. */
export function netnsPath(name: string): string {
  return join(FOLDER, name);
}

/** A named network namespace (`ip netns`), loopback up, sysctls set before any interface comes. */
export function netnsKind(host: HostContext): EffectKind {
  const configure = async (effects: readonly PlannedEffect[]) => {
    const commands = effects.map((effect) => configureCommand(effect.spec as NetnsSpec));
    const results = await host.run(commands);
    return results.map((result, index) => outcomeOf(commands[index]!, result));
  };
  return {
    kind: 'netns',
    describe: ({ name, spec }) => {
      const sysctls = Object.entries((spec as NetnsSpec).sysctls ?? {}).map(([key, value]) => `${key}=${value}`);
      return `network namespace ${name}${sysctls.length > 0 ? ` with ${sysctls.join(' ')}` : ''}`;
    },

    async observe(effects, journal) {
      const seen = effects.map((effect): Observation | undefined => {
        if (!isBound(effect.name)) return nameless(effect, journal);
        if (journal.recorded(effectId(effect))) return undefined;
        return {
          state: 'foreign',
          what: `the network namespace ${effect.name} is there already, and no journal of ours knows it`,
          hint: `if nothing needs it: ip netns del ${effect.name}`,
        };
      });
      const look = effects.filter((_, index) => seen[index] === undefined);
      const results = await host.run(look.map((effect) => lookCommand(effect.spec as NetnsSpec)));
      const answers = look.map((effect, index) => compare(effect.spec as NetnsSpec, results[index]!.stdout));
      return seen.map((known) => known ?? answers.shift()!);
    },

    async make(effects) {
      for (const { name } of effects) if (!isBound(name)) rmSync(netnsPath(name), { force: true });
      const command = ipBatch(effects.map(({ name }) => `netns add ${name}`));
      const [result] = await host.run([command]);
      const made = effects.filter(({ name }) => isBound(name));
      const configured = await configure(made);
      return effects.map((effect) => {
        const index = made.indexOf(effect);
        if (index >= 0) return configured[index]!;
        return failed({ ...failureOf(command, result!), command: `ip netns add ${effect.name}` });
      });
    },

    async change(changes, journal) {
      const nameless = changes.flatMap(({ effect: { name } }) => (isBound(name) ? [] : [{ name, pid: inhabitant(name, journal) }]));
      for (const { name } of nameless) rmSync(netnsPath(name), { force: true });
      await host.run(nameless.map(({ name, pid }) => ({ argv: ['ip', 'netns', 'attach', name, String(pid)] })));
      return configure(changes.map(({ effect }) => effect));
    },

    async unmake(effects) {
      const bound = effects.filter(({ name }) => isBound(name));
      const command = ipBatch(bound.map(({ name }) => `netns del ${name}`));
      const [result] = bound.length > 0 ? await host.run([command]) : [];
      return effects.map(({ name }) => {
        if (isBound(name)) return failed({ ...failureOf(command, result!), command: `ip netns del ${name}` });
        rmSync(netnsPath(name), { force: true });
        return DONE;
      });
    },
  };
}

/** `ip -batch`: one process for all lines; those that fail do not hold up the others. */
export function ipBatch(lines: readonly string[], netns?: string): HostCommand {
  return {
    argv: ['ip', '-force', ...(netns === undefined ? [] : ['-netns', netns]), '-batch', '-'],
    stdin: lines.join('\n'),
  };
}

/** A file that `ip netns add` left without mounting anything on it is no namespace. */
function isBound(name: string): boolean {
  const path = netnsPath(name);
  return existsSync(path) && statSync(path).dev !== statSync(FOLDER).dev;
}

/** A namespace whose name was deleted lives on as long as a process in it: it only needs its name back. */
function nameless(effect: PlannedEffect, journal: JournalView): Observation {
  const pid = inhabitant(effect.name, journal);
  if (pid === undefined) return { state: 'absent' };
  return { state: 'different', why: [`it has lost its name, and lives on in process ${pid}`], mend: 'in-place' };
}

/** A living process that was started in that namespace. */
function inhabitant(name: string, journal: JournalView): number | undefined {
  for (const { effect, status, state } of journal.effects.values()) {
    if (effect.kind !== 'process' || (effect.spec as ProcessSpec).netns !== name || status !== 'made') continue;
    if (state !== undefined && isAlive(state as ProcessState)) return (state as ProcessState).pid;
  }
  return undefined;
}

const CONFIGURE = 'while [ $# -gt 0 ]; do echo "$2" >"/proc/sys/$1" || exit 1; shift 2; done; exec ip link set lo up';
const LOOK = 'ip -oneline link show lo; for key; do read -r value <"/proc/sys/$key"; echo "$value"; done';

function configureCommand({ name, sysctls = {} }: NetnsSpec): HostCommand {
  return { argv: [...inNetns(name), 'sh', '-c', CONFIGURE, 'sh', ...Object.entries(sysctls).flat()] };
}

function lookCommand({ name, sysctls = {} }: NetnsSpec): HostCommand {
  return { argv: [...inNetns(name), 'sh', '-c', LOOK, 'sh', ...Object.keys(sysctls)] };
}

function inNetns(name: string): readonly string[] {
  return ['nsenter', `--net=${netnsPath(name)}`, '--'];
}

function compare({ sysctls = {} }: NetnsSpec, answer: string): Observation {
  const [loopback = '', ...values] = answer.split('\n');
  const why = Object.entries(sysctls)
    .filter(([, wanted], index) => values[index] !== wanted)
    .map(([key, wanted]) => `${key} is not ${wanted}`);
  if (!/<[^>]*\bUP\b/.test(loopback)) why.unshift('loopback is down');
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}
