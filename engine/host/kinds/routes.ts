import { existsSync } from 'node:fs';
import { effectId } from '../../model/effect.ts';
import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { RoutesSpec } from '../../stage/effects.ts';
import type { HostContext } from '../context.ts';
import { inNetns, netnsPath } from '../namespace.ts';
import { DONE, attempt, outcomeOf } from '../outcome.ts';

/** What is remembered of the routes that were set: their lines, for a later change. */
interface RoutesState {
  readonly lines: readonly string[];
}

/** The routes of a route file: set by the routes script, mended one by one. */
export function routesKind(host: HostContext): EffectKind {
  return {
    kind: 'routes',
    describe: (effect) => {
      const { configDir, hostname } = effect.spec as RoutesSpec;
      return `${wantedLines(effect).length} routes in ${effect.name}, from ${configDir}/route/${hostname}`;
    },

    async observe(effects, journal) {
      return effects.map((effect) => compare(effect, foundLines(effect.name), journal));
    },

    async make(effects) {
      const commands = effects.map(({ name, spec }) => {
        const { script, configDir, hostname } = spec as RoutesSpec;
        return { argv: ['nsenter', `--net=${netnsPath(name)}`, '--', script, configDir, hostname] };
      });
      const results = await host.run(commands);
      return effects.map((effect, index) => withState(effect, outcomeOf(commands[index]!, results[index]!)));
    },

    async change(changes, journal) {
      return changes.map(({ effect }) => {
        const found = foundLines(effect.name);
        const missing = wantedLines(effect).filter((line) => !found.includes(line));
        const stale = staleLines(effect, found, journal);
        return withState(
          effect,
          attempt(() => setRoutes(effect.name, missing, stale)),
        );
      });
    },

    async unmake(effects, journal) {
      return effects.map((effect) => {
        const ours = staleLines(effect, foundLines(effect.name), journal, []);
        return ours.length === 0 ? DONE : attempt(() => setRoutes(effect.name, [], ours));
      });
    },
  };
}

function withState(effect: PlannedEffect, outcome: Outcome): Outcome {
  return outcome.ok ? { ok: true, state: { lines: wantedLines(effect) } satisfies RoutesState } : outcome;
}

function foundLines(netns: string): readonly string[] {
  if (!existsSync(netnsPath(netns))) return [];
  return inNetns(netns, (socket) => socket.routes()).map(({ to, via }) =>
    via === undefined ? `unreachable ${to}` : `${to} via ${via}`,
  );
}

function setRoutes(netns: string, missing: readonly string[], stale: readonly string[]): void {
  inNetns(netns, (socket) => {
    for (const line of stale) socket.deleteRoute(routeOf(line));
    for (const line of missing) {
      try {
        socket.replaceRoute(routeOf(line));
      } catch (error) {
        throw new Error(`ip -netns ${netns} route replace ${line}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  });
}

function routeOf(line: string): { to: string; via?: string } {
  const [first = '', second = '', third] = line.split(' ');
  return first === 'unreachable' ? { to: second } : { to: first, via: third! };
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
  const why = [
    ...missing.map((line) => `${line} is missing`),
    ...stale.map((line) => `${line} is no longer wanted`),
  ];
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
