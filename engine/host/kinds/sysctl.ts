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
 * Limits of the whole host, raised by the sum of what its experiments need. The registry knows what was there before.
 * In a container, where such a limit cannot be seen, there is nothing to do (`doctor` tells).
 */
export function sysctlKind(host: HostContext): EffectKind {
  const { id, project, name: experimentName } = host.experiment;
  const holder = `${project}/${experimentName} (raising a limit)`;

  const settle = (effect: PlannedEffect, raiseBy: number | undefined): Promise<Outcome> =>
    changeRegistry(holder, (registry, save): readonly [Registry, Outcome] => {
      const key = effect.name;
      const entry = registry.sysctls[key] ?? { original: read(key) ?? 0, raisedBy: {} };
      const { [id]: _mine, ...others } = entry.raisedBy;
      const wanted = { ...entry, raisedBy: raiseBy === undefined ? others : { ...others, [id]: raiseBy } };
      const { [key]: _entry, ...rest } = registry.sysctls;
      const left = Object.keys(wanted.raisedBy).length > 0 ? { ...rest, [key]: wanted } : rest;
      const after = { ...registry, sysctls: left };
      // What it was must be known before it is anything else.
      if (raiseBy !== undefined) save(after);
      return [after, write(key, valueOf(wanted))];
    });

  return {
    kind: 'sysctl',
    describe: ({ name, spec }) => `the host's ${name} raised by ${(spec as SysctlSpec).raiseBy}`,

    async observe(effects) {
      const { sysctls } = readRegistry();
      return effects.map(({ name, spec }): Observation => {
        const entry = sysctls[name];
        const raised = entry?.raisedBy[id];
        if (!visible(name)) return raised === undefined ? { state: 'present' } : { state: 'absent' };
        if (!entry || raised === undefined) return { state: 'absent' };
        const why = [
          ...(raised === (spec as SysctlSpec).raiseBy ? [] : [`it is raised by ${raised}`]),
          ...(read(name) === valueOf(entry) ? [] : [`it is ${read(name)}, not ${valueOf(entry)}`]),
        ];
        return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
      });
    },

    make: (effects) => eachInTurn(effects, (effect) => settle(effect, (effect.spec as SysctlSpec).raiseBy)),
    change: (changes) =>
      eachInTurn(
        changes.map(({ effect }) => effect),
        (effect) => settle(effect, (effect.spec as SysctlSpec).raiseBy),
      ),
    unmake: (effects) => eachInTurn(effects, (effect) => settle(effect, undefined)),
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

function valueOf({ original, raisedBy }: RaisedSysctl): number {
  return Object.values(raisedBy).reduce((sum, by) => sum + by, original);
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
