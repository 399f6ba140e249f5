import type { RunEvent } from '../run/events.ts';

type Operation = Extract<RunEvent, { type: 'effect-done' }>['op'];

/** How far one stage's effects have come. */
interface Progress {
  total: number;
  ended: number;
  readonly done: Map<Operation, Map<string, number>>;
}

/** Counts effects by stage, and says when a stage has got to its end. */
export interface StageTally {
  expect(byStage: Readonly<Record<string, number>>): void;
  /** Returns the stage's line when this was the last of its effects. */
  done(stage: string, op: Operation, effect: string): string | undefined;
  /** As `done`, for what failed or was not tried. */
  lost(stage: string): string | undefined;
  /** The lines of stages that did not get to their end. */
  rest(): readonly string[];
  readonly ended: number;
  readonly total: number;
}

const WORDS: Readonly<Record<Operation, string>> = { make: 'made', change: 'changed', unmake: 'unmade' };
const ORDER: readonly Operation[] = ['unmake', 'change', 'make'];

/** A tally whose lines read `launch/process/interfaces  36 made (18 tap, 18 process)`. */
export function stageTally(): StageTally {
  const stages = new Map<string, Progress>();
  const of = (stage: string): Progress => {
    const known = stages.get(stage) ?? {
      total: 0,
      ended: 0,
      done: new Map<Operation, Map<string, number>>(),
    };
    stages.set(stage, known);
    return known;
  };
  let width = 0;
  const line = (stage: string, { done }: Progress): string => {
    const parts = ORDER.flatMap((op) => {
      const kinds = done.get(op);
      return kinds ? [summary(op, kinds)] : [];
    });
    return `${stage.padEnd(width)}  ${parts.join('; ') || 'nothing done'}`;
  };
  const end = (stage: string): string | undefined => {
    const progress = of(stage);
    progress.ended += 1;
    if (progress.ended < progress.total) return undefined;
    stages.delete(stage);
    return progress.done.size > 0 ? line(stage, progress) : undefined;
  };
  const tally = {
    total: 0,
    ended: 0,
    expect(byStage: Readonly<Record<string, number>>): void {
      for (const [stage, count] of Object.entries(byStage)) {
        of(stage).total += count;
        tally.total += count;
        width = Math.max(width, stage.length);
      }
    },
    done(stage: string, op: Operation, effect: string): string | undefined {
      const kind = effect.slice(0, effect.indexOf(' '));
      const kinds = of(stage).done.get(op) ?? new Map<string, number>();
      of(stage).done.set(op, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
      tally.ended += 1;
      return end(stage);
    },
    lost(stage: string): string | undefined {
      tally.ended += 1;
      return end(stage);
    },
    rest: () =>
      [...stages].filter(([, { done }]) => done.size > 0).map(([stage, progress]) => line(stage, progress)),
  };
  return tally;
}

function summary(op: Operation, kinds: ReadonlyMap<string, number>): string {
  const count = [...kinds.values()].reduce((sum, one) => sum + one, 0);
  const detail =
    kinds.size > 1 ? ` (${[...kinds].map(([kind, number]) => `${number} ${kind}`).join(', ')})` : '';
  return `${count} ${WORDS[op]}${detail}`;
}
