import { existsSync } from 'node:fs';
import { effectId } from '../../model/effect.ts';
import type { EffectKind, JournalView, Observation } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { RoutesSpec } from '../../stage/effects.ts';
import type { HostContext } from '../context.ts';
import { DONE, outcomeOf } from '../outcome.ts';
import { ipBatch, netnsPath } from './netns.ts';

/** What is remembered of the routes that were set: their lines, for a later change. */
interface RoutesState {
  readonly lines: readonly string[];
}

/** The routes of a route file: set by the routes script, mended one by one. */
export function routesKind(host: HostContext): EffectKind {
  const linesOf = async (effects: readonly PlannedEffect[]): Promise<readonly (readonly string[])[]> => {
    const names = effects.map(({ name }) => name).filter((name) => existsSync(netnsPath(name)));
    const results = await host.run(names.map((name) => ({ argv: ['ip', '-netns', name, 'route', 'show'] })));
    const lines = new Map(names.map((name, index) => [name, results[index]!.stdout.split('\n').map(normalize).filter(Boolean)]));
    return effects.map(({ name }) => lines.get(name) ?? []);
  };

  return {
    kind: 'routes',
    describe: (effect) => `${wantedLines(effect).length} routes in ${effect.name}, from ${(effect.spec as RoutesSpec).configDir}/route`,

    async observe(effects, journal) {
      const found = await linesOf(effects);
      return effects.map((effect, index) => compare(effect, found[index]!, journal));
    },

    async make(effects) {
      const commands = effects.map(({ name, spec }) => {
        const { script, configDir, hostname } = spec as RoutesSpec;
        return { argv: ['nsenter', `--net=${netnsPath(name)}`, '--', script, configDir, hostname] };
      });
      const results = await host.run(commands);
      return effects.map((effect, index) => {
        const outcome = outcomeOf(commands[index]!, results[index]!);
        return outcome.ok ? { ok: true, state: { lines: wantedLines(effect) } satisfies RoutesState } : outcome;
      });
    },

    async change(changes, journal) {
      const effects = changes.map(({ effect }) => effect);
      const found = await linesOf(effects);
      const commands = effects.map((effect, index) => {
        const wanted = wantedLines(effect);
        const stale = staleLines(effect, found[index]!, journal);
        const missing = wanted.filter((line) => !found[index]!.includes(line));
        return ipBatch([...stale.map((line) => `route del ${line}`), ...missing.map((line) => `route replace ${line}`)], effect.name);
      });
      const results = await host.run(commands);
      return effects.map((effect, index) => {
        const outcome = outcomeOf(commands[index]!, results[index]!);
        return outcome.ok ? { ok: true, state: { lines: wantedLines(effect) } satisfies RoutesState } : outcome;
      });
    },

    async unmake(effects, journal) {
      const found = await linesOf(effects);
      const work = effects.flatMap((effect, index) => {
        const lines = staleLines(effect, found[index]!, journal, []);
        return lines.length > 0 ? [{ effect, command: ipBatch(lines.map((line) => `route del ${line}`), effect.name) }] : [];
      });
      const results = await host.run(work.map(({ command }) => command));
      return effects.map((effect) => {
        const index = work.findIndex((one) => one.effect === effect);
        return index < 0 ? DONE : outcomeOf(work[index]!.command, results[index]!);
      });
    },
  };
}

function wantedLines(effect: PlannedEffect): readonly string[] {
  const { table } = effect.spec as RoutesSpec;
  return typeof table === 'string' ? table.split('\n').map(normalize).filter(Boolean) : [];
}

/** `PREFIX via ADDRESS` or `unreachable PREFIX`, whatever else `ip` says of it; other routes give nothing. */
function normalize(line: string): string {
  const words = line.trim().split(/\s+/);
  const prefix = (text: string): string => (text.includes('/') ? text : `${text}/32`);
  if (words[0] === 'unreachable' && words[1]) return `unreachable ${prefix(words[1])}`;
  return words[1] === 'via' && words[2] ? `${prefix(words[0]!)} via ${words[2]}` : '';
}

function compare(effect: PlannedEffect, found: readonly string[], journal: JournalView): Observation {
  const wanted = isShortened(effect) ? linesSet(effect, journal) : wantedLines(effect);
  const there = new Set(found);
  const missing = wanted.filter((line) => !there.has(line));
  const stale = staleLines(effect, found, journal, wanted);
  if (missing.length === 0 && stale.length === 0) return { state: 'present' };
  if (missing.length === wanted.length && stale.length === 0) return { state: 'absent' };
  const why = [...missing.map((line) => `${line} is missing`), ...stale.map((line) => `${line} is no longer wanted`)];
  const shown = why.length > 5 ? [...why.slice(0, 4), `and ${why.length - 4} more`] : why;
  return { state: 'different', why: shown, mend: 'in-place' };
}

/** Routes that we set earlier and that are wanted no longer; what others added is left alone. */
function staleLines(
  effect: PlannedEffect,
  found: readonly string[],
  journal: JournalView,
  wanted = wantedLines(effect),
): readonly string[] {
  const keep = new Set(wanted);
  const ours = new Set(linesSet(effect, journal));
  return found.filter((line) => ours.has(line) && !keep.has(line));
}

/** Journals keep long tables as their digest; the lines that were set are remembered beside it. */
function isShortened(effect: PlannedEffect): boolean {
  return typeof (effect.spec as RoutesSpec).table !== 'string';
}

function linesSet(effect: PlannedEffect, journal: JournalView): readonly string[] {
  return (journal.recorded(effectId(effect))?.state as RoutesState | undefined)?.lines ?? [];
}
