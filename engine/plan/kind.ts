import type { EffectId } from '../model/effect.ts';
import type { PlannedEffect } from './plan.ts';

/**
 * How one kind of change to a host is seen, made, changed and unmade. All verbs take batches: a thousand links are a
 * handful of processes. Answers come in the order of the questions.
 */
export interface EffectKind {
  readonly kind: string;
  /** One line, for people: what there will be. */
  describe(effect: PlannedEffect): string;
  /** It goes without further work where all of these, if there are any, go. */
  goesWith?(effect: PlannedEffect): readonly EffectId[];
  /** What of it is there now. `recorded` is what the journal knows of each. Changes nothing. */
  observe(effects: readonly PlannedEffect[], journal: JournalView): Promise<readonly Observation[]>;
  /** What stands where the effect will be, for undo: written into the journal before `make` and `change`. */
  before?(effect: PlannedEffect): unknown;
  /** Whether what was remembered then says nothing any more, as after a reboot: it is looked at again. Default: never. */
  isOutdated?(before: unknown): boolean;
  make(effects: readonly PlannedEffect[], journal: JournalView): Promise<readonly Outcome[]>;
  /** Brings what is `different` and can be changed in place to its spec. */
  change?(changes: readonly Change[], journal: JournalView): Promise<readonly Outcome[]>;
  /** Must also succeed on what is half made, or already gone. */
  unmake(effects: readonly PlannedEffect[], journal: JournalView): Promise<readonly Outcome[]>;
}

export type Observation =
  | { readonly state: 'absent' }
  | { readonly state: 'present' }
  /** Something of that name is there, and it is not ours. */
  | { readonly state: 'foreign'; readonly what: string; readonly hint: string }
  | {
      readonly state: 'different';
      /** What differs, one line each. */
      readonly why: readonly string[];
      /** Whether `change` can mend it, or it has to be unmade and made. */
      readonly mend: 'in-place' | 'replace';
    };

export interface Change {
  readonly effect: PlannedEffect;
  readonly why: readonly string[];
}

export type Outcome =
  { readonly ok: true; readonly state?: unknown } | { readonly ok: false; readonly error: Failure };

/** Why an effect could not be made, changed or unmade. */
export interface Failure {
  readonly message: string;
  /** The command line, as one could type it. */
  readonly command?: string;
  readonly stderr?: string;
  readonly hint?: string;
}

/** What the journal knows. */
export interface JournalView {
  recorded(id: EffectId): Recorded | undefined;
  /** Every effect that is, or may be, on the host. */
  readonly effects: ReadonlyMap<EffectId, Recorded>;
}

/** An effect that the journal says is, or may be, on the host. */
export interface Recorded {
  readonly effect: PlannedEffect;
  /** sha256 of the spec that it was made with. */
  readonly specHash: string;
  /** `making`, `changing`, `unmaking`: the run ended before the result was known. */
  readonly status: 'making' | 'made' | 'changing' | 'unmaking';
  /** It was there before us: used, and never unmade. */
  readonly found?: true;
  /** While `changing`: what it was before. */
  readonly previous?: PlannedEffect;
  /** What its kind wanted to remember (a process id, a before-image). */
  readonly state?: unknown;
  /** Why the last try failed. */
  readonly failure?: Failure;
}

/** The kinds of a host, by name. */
export type EffectKinds = ReadonlyMap<string, EffectKind>;
