import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { effectId } from '../../model/effect.ts';
import type { EffectKind, JournalView, Observation } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { NetnsSpec, ProcessSpec } from '../../stage/effects.ts';
import { SOCKET_QUEUE } from '../../stage/node-parts.ts';
import type { HostCommand } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { isAlive } from '../process-state.ts';
import type { ProcessState } from '../process-state.ts';
import type { Link, RouteSocket } from '../netlink.ts';
import { inNetns, NETNS_FOLDER as FOLDER, netnsPath } from '../namespace.ts';
import { DONE, attempt, failed, failureOf } from '../outcome.ts';

/** A named network namespace (`ip netns`), loopback up, sysctls set before any interface comes. */
export function netnsKind(host: HostContext): EffectKind {
  return {
    kind: 'netns',
    describe: ({ name, spec }) => {
      const sysctls = Object.entries((spec as NetnsSpec).sysctls ?? {}).map(
        ([key, value]) => `${key}=${value}`,
      );
      return `network namespace ${name}${sysctls.length > 0 ? ` with ${sysctls.join(' ')}` : ''}`;
    },

    async observe(effects, journal) {
      return effects.map((effect): Observation => {
        if (!isBound(effect.name)) return nameless(effect, journal);
        if (journal.recorded(effectId(effect))) return compare(effect.spec as NetnsSpec);
        return {
          state: 'foreign',
          what: `the network namespace ${effect.name} is there already, and no journal of ours knows it`,
          hint: `if nothing needs it: ip netns del ${effect.name}`,
        };
      });
    },

    async make(effects) {
      for (const { name } of effects) if (!isBound(name)) rmSync(netnsPath(name), { force: true });
      const command = ipBatch(effects.map(({ name }) => `netns add ${name}`));
      const [result] = await host.run([command]);
      return effects.map(({ name, spec }) => {
        if (isBound(name)) return attempt(() => configure(spec as NetnsSpec));
        return failed({ ...failureOf(command, result!), command: `ip netns add ${name}` });
      });
    },

    async change(changes, journal) {
      const nameless = changes.map(({ effect: { name } }) => name).filter((name) => !isBound(name));
      for (const name of nameless) rmSync(netnsPath(name), { force: true });
      await host.run(
        nameless.map((name) => ({
          argv: ['ip', 'netns', 'attach', name, String(inhabitant(name, journal))],
        })),
      );
      return changes.map(({ effect }) => attempt(() => configure(effect.spec as NetnsSpec)));
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
function ipBatch(lines: readonly string[]): HostCommand {
  return { argv: ['ip', '-force', '-batch', '-'], stdin: lines.join('\n') };
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
  return {
    state: 'different',
    why: [`it has lost its name, and lives on in process ${pid}`],
    mend: 'in-place',
  };
}

/** A living process that was started in that namespace. */
function inhabitant(name: string, journal: JournalView): number | undefined {
  for (const { effect, status, state } of journal.effects.values()) {
    if (effect.kind !== 'process' || (effect.spec as ProcessSpec).netns !== name || status !== 'made')
      continue;
    if (state !== undefined && isAlive(state as ProcessState)) return (state as ProcessState).pid;
  }
  return undefined;
}

/** All but a key that some hosts that are containers do not show in namespaces: nodes do without. */
function visible(sysctls: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(sysctls).filter(
    ([key]) => key !== SOCKET_QUEUE.key || existsSync(`/proc/sys/${key}`),
  );
}

function configure({ name, sysctls = {} }: NetnsSpec): void {
  inNetns(name, (socket) => {
    for (const [key, value] of visible(sysctls)) writeFileSync(`/proc/sys/${key}`, value);
    socket.setLink(loopback(socket).index, { up: true });
  });
}

function compare({ name, sysctls = {} }: NetnsSpec): Observation {
  const why = inNetns(name, (socket) => [
    ...(loopback(socket).up ? [] : ['loopback is down']),
    ...visible(sysctls)
      .filter(([key, wanted]) => readFileSync(`/proc/sys/${key}`, 'utf8').trim() !== wanted)
      .map(([key, wanted]) => `${key} is not ${wanted}`),
  ]);
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}

function loopback(socket: RouteSocket): Link {
  return socket.links().find(({ name }) => name === 'lo')!;
}
