import type { XmlrpcSettings } from '../config/settings.ts';
import type { EffectId } from '../model/effect.ts';
import type { ShapeChanges } from '../model/shaping.ts';
import type { Failure } from '../plan/kind.ts';
import type { NodeRecord, PlannedEffect } from '../plan/plan.ts';
import type { Lease } from '../stage/define.ts';

/** A line of the journal. Times are ISO 8601, UTC. */
export type JournalRecord =
  | BeginRecord
  /** The plan that the run carries out, where it was made after the beginning. */
  | { readonly type: 'planned'; readonly planHash: string }
  | IntentRecord
  | { readonly type: 'done'; readonly id: EffectId; readonly op: Operation; readonly state?: unknown }
  | { readonly type: 'failed'; readonly id: EffectId; readonly op: Operation; readonly error: Failure }
  /** The effect is there as wanted, by observation. */
  | { readonly type: 'settled'; readonly effect: JournaledEffect; readonly specHash: string }
  /** Written before boss is asked: what a crash in between may have cost. `elsewhere`: not this host's own boss. */
  | { readonly type: 'asking'; readonly nodes: readonly string[]; readonly elsewhere?: XmlrpcSettings }
  /** It was not asked after all, or is certain to have given nothing. */
  | { readonly type: 'unasked'; readonly nodes: readonly string[] }
  | { readonly type: 'leased'; readonly leases: readonly Lease[] }
  | { readonly type: 'released'; readonly nodes: readonly string[] }
  | { readonly type: 'nodes'; readonly nodes: readonly NodeRecord[] }
  /** All nodes that the user has stopped, and not started again. */
  | { readonly type: 'stopped'; readonly nodes: readonly string[] }
  /** All that the user has changed of running links, and not taken back. */
  | { readonly type: 'shaped'; readonly changes: ShapeChanges }
  | { readonly type: 'end'; readonly run: string; readonly time: string; readonly ok: boolean };

/** A run starts. The boot id tells whether what it made can still be there. */
export interface BeginRecord {
  readonly type: 'begin';
  readonly run: string;
  readonly time: string;
  readonly boot: string;
  readonly pid: number;
  readonly command: string;
  readonly experiment: { readonly project: string; readonly name: string; readonly id: string };
  /** The plan that is carried out; none for `down`. */
  readonly planHash?: string;
}

/** Written, and on disk, before anything of the batch is done. */
export interface IntentRecord {
  readonly type: 'intent';
  readonly op: Operation;
  readonly effects: readonly {
    readonly effect: JournaledEffect;
    readonly specHash: string;
    readonly before?: unknown;
  }[];
}

export type Operation = 'make' | 'change' | 'unmake';

/** An effect as the journal keeps it: long texts in its spec are replaced by their length and sha256. */
export type JournaledEffect = PlannedEffect;
