import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { effectId } from '../model/effect.ts';
import type { XmlrpcSettings } from '../config/settings.ts';
import type { EffectId } from '../model/effect.ts';
import type { ShapeChanges } from '../model/shaping.ts';
import type { Failure, JournalView, Recorded } from '../plan/kind.ts';
import type { NodeRecord, PlannedEffect } from '../plan/plan.ts';
import type { Lease } from '../stage/define.ts';
import type { BeginRecord, JournalRecord } from './record.ts';

/** What the journal of one experiment says has been done and not been undone. */
export interface JournalState extends JournalView {
  readonly effects: ReadonlyMap<EffectId, Recorded>;
  readonly leases: ReadonlyMap<string, Lease>;
  /** Nodes for which boss was asked and no answer was written down. */
  readonly asked: ReadonlySet<string>;
  /** The boss that holds these, where it is not this host's own. */
  readonly lessor?: XmlrpcSettings;
  readonly nodes: readonly NodeRecord[];
  /** Nodes that the user has stopped, and not started again. */
  readonly stopped: ReadonlySet<string>;
  /** What the user has changed of running links, and not taken back. */
  readonly shapeChanges: ShapeChanges;
  /** The last run that began, and whether it came to its end. */
  readonly lastRun?: BeginRecord & {
    readonly ok?: boolean;
    /** It has got as far as knowing its nodes. */
    readonly launching?: true;
  };
}

/** An open journal: what it says, and how to add to it. Hold the experiment's lock while it is open for writing. */
export interface Journal extends JournalState {
  /** Appends and applies records. `durable`: they are on disk when this returns. */
  append(records: readonly JournalRecord[], options?: { durable?: boolean }): void;
  close(): void;
}

const FILE = 'journal.jsonl';

/** What the journal in `directory` says; an empty state where there is none. A torn last line counts as not written. */
export function readJournal(directory: string): JournalState {
  return replay(directory).state;
}

/** Opens the journal in `directory` for writing, making it if need be; a torn last line is cut off. */
export function openJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { state, length } = replay(directory);
  let end = length;
  const fd = openSync(join(directory, FILE), 'a', 0o600);
  ftruncateSync(fd, length);
  return Object.assign(state, {
    append(records: readonly JournalRecord[], options: { durable?: boolean } = {}): void {
      const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
      } catch (error) {
        // A full disk takes half a line, which would hide everything that is written after it.
        ftruncateSync(fd, end);
        throw error;
      }
      end += bytes.length;
      if (options.durable) fdatasyncSync(fd);
      for (const record of records) state.apply(record);
    },
    close(): void {
      closeSync(fd);
    },
  });
}

/**
 * An effect as it is written down: texts of over 512 characters become `{ sha256, length }`. Commands are kept whole,
 * since undo runs them.
 */
export function journaled(effect: PlannedEffect): PlannedEffect {
  return effect.kind === 'command' ? effect : { ...effect, spec: shorten(effect.spec) };
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > 512) {
    return { sha256: createHash('sha256').update(value).digest('hex'), length: value.length };
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shorten(member)]));
}

function replay(directory: string): { state: State; length: number } {
  const state = new State();
  const file = join(directory, FILE);
  if (!existsSync(file)) return { state, length: 0 };
  const bytes = readFileSync(file);
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const record = parseLine(bytes.toString('utf8', start, end));
    if (!record) break;
    state.apply(record);
    start = end + 1;
  }
  return { state, length: start };
}

/** A line that is no JSON can only be one that a crash of the machine tore. */
function parseLine(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    return undefined;
  }
}

class State implements JournalState {
  readonly effects = new Map<EffectId, Recorded>();
  readonly leases = new Map<string, Lease>();
  readonly asked = new Set<string>();
  lessor?: XmlrpcSettings;
  nodes: readonly NodeRecord[] = [];
  stopped: ReadonlySet<string> = new Set();
  shapeChanges: ShapeChanges = {};
  lastRun?: JournalState['lastRun'] & object;

  recorded(id: EffectId): Recorded | undefined {
    return this.effects.get(id);
  }

  apply(record: JournalRecord): void {
    switch (record.type) {
      case 'begin':
        this.lastRun = record;
        return;
      case 'end':
        if (this.lastRun) this.lastRun = { ...this.lastRun, ok: record.ok };
        return;
      case 'planned':
        if (this.lastRun) this.lastRun = { ...this.lastRun, planHash: record.planHash };
        return;
      case 'intent':
        for (const { effect, specHash, before } of record.effects)
          this.intend(record.op, effect, specHash, before);
        return;
      case 'done':
        this.finish(record.id, record.op, record.state);
        return;
      case 'settled':
        this.settle(record.effect, record.specHash);
        return;
      case 'asking':
        for (const node of record.nodes) this.asked.add(node);
        if (record.elsewhere) this.lessor = record.elsewhere;
        return;
      case 'unasked':
        for (const node of record.nodes) this.asked.delete(node);
        this.forgetLessor();
        return;
      case 'leased':
        for (const lease of record.leases) this.leases.set(lease.node, lease);
        for (const lease of record.leases) this.asked.delete(lease.node);
        return;
      case 'released':
        for (const node of record.nodes) this.leases.delete(node);
        for (const node of record.nodes) this.asked.delete(node);
        this.forgetLessor();
        return;
      case 'nodes':
        this.nodes = record.nodes;
        if (this.lastRun) this.lastRun = { ...this.lastRun, launching: true };
        return;
      case 'stopped':
        this.stopped = new Set(record.nodes);
        return;
      case 'shaped':
        this.shapeChanges = record.changes;
        return;
      case 'failed':
        this.fail(record.id, record.error);
        return;
    }
  }

  /** Who holds nothing of ours any more is one boss among others. */
  private forgetLessor(): void {
    if (this.leases.size + this.asked.size === 0) delete this.lessor;
  }

  private intend(
    op: 'make' | 'change' | 'unmake',
    effect: PlannedEffect,
    specHash: string,
    before: unknown,
  ): void {
    const id = effectId(effect);
    const known = this.effects.get(id);
    const state = before ?? known?.state;
    const status = op === 'make' ? 'making' : op === 'change' ? 'changing' : 'unmaking';
    const previous = op === 'change' ? (known?.previous ?? known?.effect) : undefined;
    this.effects.delete(id);
    this.effects.set(id, {
      effect,
      specHash,
      status,
      ...(previous && { previous }),
      ...(state !== undefined && { state }),
    });
  }

  private finish(id: EffectId, op: 'make' | 'change' | 'unmake', state: unknown): void {
    const known = this.effects.get(id);
    if (!known) return;
    if (op === 'unmake') this.effects.delete(id);
    else {
      const { previous: _previous, failure: _failure, ...now } = known;
      this.effects.set(id, { ...now, status: 'made', ...(state !== undefined && { state }) });
    }
  }

  private fail(id: EffectId, failure: Failure): void {
    const known = this.effects.get(id);
    if (known) this.effects.set(id, { ...known, failure });
  }

  private settle(effect: PlannedEffect, specHash: string): void {
    const known = this.effects.get(effectId(effect));
    const found = known === undefined || known.found ? { found: true as const } : {};
    const state = known?.state === undefined ? {} : { state: known.state };
    this.effects.set(effectId(effect), { effect, specHash, status: 'made', ...found, ...state });
  }
}
