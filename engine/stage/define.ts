import type { Effect } from '../model/effect.ts';
import type { FactName, Facts, Given, Read } from './facts.ts';

/** What a stage is: needs and provides by name, and a pure plan between them. */
export interface StageDefinition<Needs extends FactName = FactName, Provides extends FactName = FactName> {
  /** One line for `benito-pipeline stages`. */
  readonly summary: string;
  /** Facts that must be there first. Missing and circular needs are errors before any work. */
  readonly needs?: readonly Needs[];
  readonly provides?: readonly Provides[];
  /** Facts of this stage that every platform may provide beside it. */
  readonly many?: readonly FactName[];
  /** Experiment scope only: run after the platforms' stages. */
  readonly closing?: boolean;
  /** What to ask boss for before `plan`: the answers arrive as `claimed`. Pure. */
  claims?(context: StageContext<Needs>): readonly Claim[];
  /** What must be known of the host: its programs are asked before `plan`, which sees the answers as `probed`. Pure. */
  probes?(context: StageContext<Needs>): readonly Probe[];
  /** From facts to effects and facts. Pure: no clock, file, environment or host. */
  plan(context: PlanContext<Needs>): StageResult<Provides> | Skip;
}

/** A stage as it is asked for its plan, of which a program takes its time. */
export interface LoadedDefinition extends Omit<StageDefinition, 'plan'> {
  plan(context: PlanContext): StageResult | Skip | Promise<StageResult | Skip>;
}

export interface StageContext<Needs extends FactName = FactName> {
  readonly facts: { readonly [K in Needs]: Read<Facts[K]> };
}

export interface PlanContext<Needs extends FactName = FactName> extends StageContext<Needs> {
  /** Boss's answers to this stage's claims, in their order. */
  readonly claimed: readonly Lease[];
  /** The host's answers to this stage's probes, by their names. */
  readonly probed: Readonly<Record<string, ProbeAnswer>>;
}

/**
 * A question to the host: a command that changes nothing and leaves nothing behind. It runs for dry runs too, without
 * root if that is who asks. What it prints is part of the plan, which `apply` carries out only while the answer is the
 * same: it must not print what changes by itself (free memory, process ids).
 */
export interface Probe {
  /** Unique within the stage. */
  readonly name: string;
  readonly argv: readonly string[];
  /** When it is killed; default 10. */
  readonly seconds?: number;
  /** Expensive: runs of root ask once per boot of the host, as long as an experiment is on it. */
  readonly remember?: true;
}

/** What a probe came to. */
export interface ProbeAnswer {
  /** Its exit status; 124 where its time was up, 126 or 127 where there is no such program, 128 + N for signal N. */
  readonly status: number;
  readonly stdout: string;
}

/** A wish for a control-net address, keyed by experiment and node: the same key always gets the same lease. */
export interface Claim {
  readonly node: string;
}

/** What boss gave for a claim. */
export interface Lease extends Claim {
  readonly address: string;
  /** Number of bits of the netmask. */
  readonly prefix: number;
  readonly mac: string;
}

export interface StageResult<Provides extends FactName = FactName> {
  readonly effects?: readonly Effect<unknown>[];
  readonly facts?: { readonly [K in Provides]: Given<Facts[K]> };
  /** Said to the user, once: what is not applied, what was assumed. */
  readonly notes?: readonly string[];
}

/** The stage has nothing to do; the reason is shown. Its facts are then missing. */
export interface Skip {
  readonly skip: string;
}

/** A stage: the default export of a file in setup/ or launch/. Returns its argument; what it adds is the types. */
export function defineStage<const Needs extends FactName = never, const Provides extends FactName = never>(
  definition: StageDefinition<Needs, Provides>,
): StageDefinition<Needs, Provides> {
  return definition;
}

/** For `plan`: nothing to do, and why. */
export function skip(reason: string): Skip {
  return { skip: reason };
}
