import type { Operation } from '../journal/record.ts';
import type { Failure } from '../plan/kind.ts';

/** What a run tells while it goes on; reporters print it. `seconds` count from the run's start. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly command: string;
      readonly experiment: string;
      readonly varDir: string;
      /** The command that takes up what this run leaves unfinished. */
      readonly resume?: string;
      /** The command that takes away what it leaves behind; none for `down` itself. */
      readonly clear?: string;
    }
  | {
      readonly type: 'stage-planned';
      readonly stage: string;
      readonly summary: string;
      readonly skipped?: string;
    }
  | { readonly type: 'note'; readonly text: string }
  /** What goes on inside of long work. */
  | { readonly type: 'progress'; readonly text: string }
  /** The host has been looked at: this is to be done. */
  | {
      readonly type: 'delta';
      readonly make: number;
      readonly change: number;
      readonly unmake: number;
      readonly kept: number;
      readonly planHash?: string;
      /** Out of all that is to be done: how much of it each stage asked for. */
      readonly byStage?: Readonly<Record<string, number>>;
    }
  | {
      readonly type: 'effect-done';
      readonly op: Operation;
      readonly effect: string;
      readonly stage: string;
      readonly node?: string;
    }
  | {
      readonly type: 'effect-failed';
      readonly op: Operation;
      readonly effect: string;
      readonly stage: string;
      readonly node?: string;
      readonly fatal: boolean;
      readonly error: Failure;
    }
  /** Not attempted, because what it needs failed. */
  | { readonly type: 'effect-blocked'; readonly effect: string; readonly stage: string; readonly by: string }
  | { readonly type: 'interrupted' }
  | {
      readonly type: 'run-ended';
      readonly ok: boolean;
      readonly seconds: number;
      readonly done: number;
      readonly failed: number;
      /** Not attempted, because what they need failed. */
      readonly blocked?: number;
      readonly interrupted?: boolean;
      /** What was to be undone and is still there. */
      readonly residue?: readonly string[];
    };

/** Where events go. */
export type Emit = (event: RunEvent) => void;
