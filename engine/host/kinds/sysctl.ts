import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { effectId } from '../../model/effect.ts';
import type { EffectKind, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { SysctlSpec } from '../../stage/effects.ts';
import type { HostContext } from '../context.ts';
import { DONE, failed } from '../outcome.ts';
import { changeRegistry, readRegistry } from '../registry.ts';
import type { RaisedSysctl, Registry } from '../registry.ts';

/**
 * Limits of the whole host, raised by the sum, or to the greatest, of what its experiments need. The registry knows what
 * was there before.
 * In a container, where such a limit cannot be seen, there is nothing to do (`doctor` tells).
 */
export function sysctlKind(host: HostContext): EffectKind {
  const { id, project, name: experimentName } = host.experiment;
  const holder = `${project}/${experimentName} (raising a limit)`;

  const settle = (effect: PlannedEffect, need: Need): Promise<Outcome> =>
    changeRegistry(holder, (registry, save): readonly [Registry, Outcome] => {
      const key = effect.name;
      const entry = registry.sysctls[key] ?? { original: read(key) ?? 0, raisedBy: {} };
      const wanted = {
        ...entry,
        raisedBy: having(entry.raisedBy, id, need.raiseBy),
        atLeast: having(entry.atLeast ?? {}, id, need.atLeast),
      };
      const { [key]: _entry, ...rest } = registry.sysctls;
      const needed = Object.keys({ ...wanted.raisedBy, ...wanted.atLeast }).length > 0;
      const after = { ...registry, sysctls: needed ? { ...rest, [key]: wanted } : rest };
      // What it was must be known before it is anything else.
      if (need !== NONE) save(after);
      return [after, write(key, valueOf(wanted))];
    });

  return {
    kind: 'sysctl',
    describe: ({ name, spec }) => `the host's ${name} raised ${needText(spec as SysctlSpec)}`,

    async observe(effects) {
      const { sysctls } = readRegistry();
      return effects.map(({ name, spec }): Observation => {
        const entry = sysctls[name];
        const need: Need = { raiseBy: entry?.raisedBy[id], atLeast: entry?.atLeast?.[id] };
        const none = need.raiseBy === undefined && need.atLeast === undefined;
        if (!visible(name)) return none ? { state: 'present' } : { state: 'absent' };
        if (!entry || none) return { state: 'absent' };
        const why = [
          ...(needText(need) === needText(spec as SysctlSpec) ? [] : [`it is raised ${needText(need)}`]),
          ...(read(name) === valueOf(entry) ? [] : [`it is ${read(name)}, not ${valueOf(entry)}`]),
        ];
        return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
      });
    },

    make: (effects) => eachInTurn(effects, (effect) => settle(effect, effect.spec as SysctlSpec)),
    change: (changes) =>
      eachInTurn(
        changes.map(({ effect }) => effect),
        (effect) => settle(effect, effect.spec as SysctlSpec),
      ),
    unmake: (effects) => eachInTurn(effects, (effect) => settle(effect, NONE)),
  };
}

async function eachInTurn(
  effects: readonly PlannedEffect[],
  work: (effect: PlannedEffect) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const effect of effects) outcomes.push(await work(effect));
  return outcomes;
}

type Need = { readonly [K in 'raiseBy' | 'atLeast']?: number | undefined };

const NONE: Need = {};

function needText({ raiseBy, atLeast }: Need): string {
  return [
    ...(raiseBy === undefined ? [] : [`by ${raiseBy}`]),
    ...(atLeast === undefined ? [] : [`to ${atLeast}`]),
  ].join(', ');
}

function having(
  all: Readonly<Record<string, number>>,
  id: string,
  value: number | undefined,
): Readonly<Record<string, number>> {
  const { [id]: _mine, ...others } = all;
  return value === undefined ? others : { ...others, [id]: value };
}

function valueOf({ original, raisedBy, atLeast = {} }: RaisedSysctl): number {
  const sum = Object.values(raisedBy).reduce((total, by) => total + by, original);
  return Math.max(sum, ...Object.values(atLeast));
}

function visible(key: string): boolean {
  return existsSync(`/proc/sys/${key}`);
}

function read(key: string): number | undefined {
  return visible(key) ? Number(readFileSync(`/proc/sys/${key}`, 'utf8')) : undefined;
}

function write(key: string, value: number): Outcome {
  if (!visible(key)) return DONE;
  try {
    writeFileSync(`/proc/sys/${key}`, String(value));
    return DONE;
  } catch (error) {
    return failed({ message: `${effectId({ kind: 'sysctl', name: key })}: ${(error as Error).message}` });
  }
}
