import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_DIR } from '../../config/experiment.ts';
import { bootTime } from '../../host/boot-time.ts';
import { hostContext } from '../../host/context.ts';
import { effectKinds } from '../../host/kinds.ts';
import { bootId } from '../../host/boot-id.ts';
import { effectId } from '../../model/effect.ts';
import type { EffectId } from '../../model/effect.ts';
import type { ShapeChanges } from '../../model/shaping.ts';
import { groupBy } from '../../model/group-by.ts';
import { kindOf, observeAll } from '../../plan/delta.ts';
import type { EffectKinds, Observation, Recorded } from '../../plan/kind.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import type { ProcessSpec } from '../../stage/effects.ts';
import { isStopped } from '../enter.ts';
import { isLaunched } from '../known.ts';
import type { Known } from '../known.ts';
import { startCommandOf } from './start-command.ts';
import type { StartCommand } from './start-command.ts';

/** How an experiment is: what runs, and what does not as it should. */
export interface Health {
  /** `rebooted`: it was up before this host was started anew. */
  readonly state: 'up' | 'partly' | 'rebooted' | 'not-up';
  /** When this host was started, for one that was `rebooted`: ISO 8601, UTC. */
  readonly boot?: string;
  /** What the last run was, and whether it came to its end. */
  readonly lastRun?: {
    readonly command: string;
    readonly time: string;
    readonly end: 'done' | 'failed' | 'running' | 'cut-short';
    readonly pid: number;
  };
  readonly nodes: readonly NodeHealth[];
  /** What belongs to no single node: switches, files. Only what is not as it should be. */
  readonly shared: readonly Damage[];
  /** What `shape` has changed of links. */
  readonly shapeChanges?: ShapeChanges;
}

export interface NodeHealth {
  readonly node: NodeRecord;
  readonly state: NodeState;
  readonly startCommand?: StartCommand;
  readonly damage: readonly Damage[];
}

/**
 * `stopped`: by the user, who may start it again. `dead`: it ran and does not any more. `incomplete`: it never came up,
 * or parts of it are missing.
 */
export type NodeState = 'running' | 'ghost' | 'stopped' | 'dead' | 'incomplete';

/** An effect that is not as the journal says it was made. */
export interface Damage {
  readonly effect: EffectId;
  readonly what: string;
  readonly state: 'gone' | 'different' | 'unfinished';
  readonly why: readonly string[];
}

/** Looks at everything that the journal says was made; changes nothing. */
export async function examine(known: Known): Promise<Health> {
  const { journal, experiment } = known;
  const lastRun = lastRunOf(known);
  const about = { ...(lastRun && { lastRun }) };
  if (journal.nodes.length === 0 || !isLaunched(journal)) {
    return { state: 'not-up', ...about, nodes: [], shared: [] };
  }
  if (journal.lastRun?.boot !== bootId()) {
    const nodes = journal.nodes.map((node): NodeHealth => ({
      node,
      state: node.ghost ? 'ghost' : 'dead',
      damage: [],
    }));
    return { state: 'rebooted', boot: bootTime().toISOString(), ...about, nodes, shared: [] };
  }
  const kinds = effectKinds(hostContext(experiment));
  const recorded = [...journal.effects.values()];
  const seen = await observeAll(
    recorded.map(({ effect }) => effect),
    journal,
    kinds,
  );
  const byNode = groupBy(recorded, ({ effect }) => effect.node);
  const nodes = journal.nodes.map((node): NodeHealth => {
    const stopped = isStopped(known, node);
    const parts = byNode.get(node.name) ?? [];
    // What ran once in a node that is stopped is no damage.
    const wanted = stopped ? parts.filter(({ effect }) => effect.keep !== 'history') : parts;
    const damage = damageOf(wanted, seen, kinds);
    const startCommand = startCommandOf(known, node);
    const alive = node.alive === undefined ? undefined : journal.recorded(node.alive);
    const state = stopped && damage.length === 0 ? 'stopped' : nodeState(node, alive, damage);
    return { node, state, damage, ...(startCommand && { startCommand }) };
  });
  const names = new Set(journal.nodes.map(({ name }) => name));
  const others = recorded.filter(({ effect }) => effect.node === undefined || !names.has(effect.node));
  const shared = damageOf(others, seen, kinds);
  const well = shared.length === 0 && nodes.every(({ state }) => WELL.includes(state));
  const { shapeChanges } = journal;
  return { state: well ? 'up' : 'partly', ...about, nodes, shared, shapeChanges };
}

const WELL: readonly NodeState[] = ['running', 'ghost', 'stopped'];

/** @param alive what the journal knows of the effect whose life is the node's. */
export function nodeState(
  node: Pick<NodeRecord, 'ghost' | 'alive'>,
  alive: Pick<Recorded, 'status'> | undefined,
  damage: readonly Damage[],
): NodeState {
  if (node.ghost) return 'ghost';
  if (node.alive !== undefined) {
    if (alive?.status !== 'made') return 'incomplete';
    if (damage.some(({ effect, state }) => effect === node.alive && state === 'gone')) return 'dead';
  }
  return damage.length > 0 ? 'incomplete' : 'running';
}

function damageOf(
  recorded: readonly Recorded[],
  seen: ReadonlyMap<EffectId, Observation>,
  kinds: EffectKinds,
): readonly Damage[] {
  return recorded.flatMap(({ effect, status, failure }): readonly Damage[] => {
    const id = effectId(effect);
    const observation = seen.get(id)!;
    const what =
      (effect.spec as Pick<ProcessSpec, 'label'>).label ?? kindOf(kinds, effect.kind).describe(effect);
    const damage = (state: Damage['state'], why: readonly string[] = []): readonly Damage[] => [
      { effect: id, what, state, why },
    ];
    if (status !== 'made') {
      const said = failure?.message ?? 'the last run did not finish it';
      return damage('unfinished', [said.startsWith(`${what}: `) ? said.slice(what.length + 2) : said]);
    }
    if (observation.state === 'absent') return damage('gone');
    if (observation.state === 'different') return damage('different', observation.why);
    return observation.state === 'foreign' ? damage('different', [observation.what]) : [];
  });
}

function lastRunOf({ experiment, journal }: Known): Health['lastRun'] {
  const run = journal.lastRun;
  if (!run) return undefined;
  const { command, time, pid } = run;
  const working =
    run.boot === bootId() && existsSync(`/proc/${pid}`) && existsSync(join(RUN_DIR, `${experiment.id}.lock`));
  const end = run.ok === undefined ? (working ? 'running' : 'cut-short') : run.ok ? 'done' : 'failed';
  return { command, time, end, pid };
}
