import { createHash } from 'node:crypto';
import { effectId } from '../model/effect.ts';
import type { Effect, EffectId } from '../model/effect.ts';
import type { ExperimentFact } from '../model/experiment.ts';
import { canonicalJson } from '../model/json.ts';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { VNode } from '../model/vnode.ts';
import type { Entry, Farewell } from '../platform/define.ts';
import type { Lease, Probe, ProbeAnswer } from '../stage/define.ts';
import type { Phase } from '../stage/discover.ts';

/** The desired state that a run is to bring about, as one value. */
export interface Plan {
  readonly experiment: ExperimentFact;
  readonly phases: readonly Phase[];
  readonly stages: readonly PlannedStage[];
  readonly effects: readonly PlannedEffect[];
  /** What the host was asked, and what it answered. */
  readonly probes: readonly AnsweredProbe[];
  /** What boss gave, or would give. */
  readonly leases: readonly Lease[];
  /** What boss has to be asked, and cannot foretell: the plan of a dry run ends there. */
  readonly unanswered?: Unanswered;
  /** The vnodes of this pnode with the ways into them; empty when launch was not planned. */
  readonly nodes: readonly NodeRecord[];
  /** What the user should know: assumptions, and what is not applied. */
  readonly notes: readonly string[];
  /** sha256 of all the above but the notes. */
  readonly hash: string;
}

/** Claims whose answers nobody knows before they are made. */
export interface Unanswered {
  /** The stage that would make them. */
  readonly stage: string;
  readonly nodes: readonly string[];
}

/** An effect with the stage that asked for it. */
export interface PlannedEffect extends Effect<unknown> {
  /** `launch/process/nodes`. */
  readonly stage: string;
}

/** A probe with its answer. */
export interface AnsweredProbe extends Probe, ProbeAnswer {
  /** Who asked. */
  readonly stage: string;
}

/** A stage as it was planned. */
export interface PlannedStage {
  readonly name: string;
  readonly file: string;
  readonly summary: string;
  readonly needs: readonly string[];
  readonly provides: readonly string[];
  /** Why it has nothing to do. */
  readonly skipped?: string;
}

/** What is remembered of a vnode, so that it can be entered and shown without its stages. */
export interface NodeRecord extends VNode {
  readonly entry?: Entry;
  readonly shell?: readonly string[];
  /** The effect whose life is the node's. */
  readonly alive?: EffectId;
  readonly console?: readonly string[];
  readonly ssh?: readonly string[];
  readonly stop?: Farewell;
  /** How many effects of launch are this node's own: so many are made once it is complete. */
  readonly parts?: number;
  /** What shapes its links, if anything does: without it a node is not complete either. */
  readonly shapedBy?: readonly EffectId[];
}

/** Completes a plan with its hash, after checking that its effects hang together. */
export function sealPlan(plan: Omit<Plan, 'hash'>): Plan {
  checkEffects(plan.effects);
  const { notes: _notes, effects, ...rest } = plan;
  const hash = createHash('sha256').update(canonicalJson(rest));
  // Piece by piece: the files of ten thousand nodes are longer than a string may be.
  for (const effect of effects) hash.update(canonicalJson({ ...effect, spec: specHash(effect) }));
  return { ...plan, hash: hash.digest('hex') };
}

/** sha256 of an effect's spec: whether it is still the same thing. */
export function specHash(effect: { readonly spec: unknown }): string {
  const known = specHashes.get(effect.spec as object);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(canonicalJson(effect.spec)).digest('hex');
  specHashes.set(effect.spec as object, hash);
  return hash;
}

/** Specs are immutable values: each is hashed once. */
const specHashes = new WeakMap<object, string>();

/** The longest socket path that the kernel takes, without its closing NUL. */
const SOCKET_PATH_LIMIT = 107;
/** libvdeplug puts a socket of its own beside the switch's: `/` and up to 12 characters. */
const SOCKET_CLIENT_ROOM = 13;

function checkEffects(effects: readonly PlannedEffect[]): void {
  const byId = new Map<EffectId, PlannedEffect>();
  const problems: Problem[] = [];
  for (const effect of effects) {
    const id = effectId(effect);
    const earlier = byId.get(id);
    if (earlier) {
      problems.push({
        code: 'effect-twice',
        message: `the stages ${earlier.stage} and ${effect.stage} both ask for ${id}`,
        hint: 'let one provide it as a fact, and the other use that',
      });
    }
    byId.set(id, effect);
    problems.push(...checkLengths(effect));
  }
  for (const effect of effects) {
    const { after, within, diesWith } = effect.edges;
    for (const id of [...after, ...within, ...diesWith]) {
      if (byId.has(id)) continue;
      problems.push({
        code: 'effect-unknown',
        message: `the stage ${effect.stage} hangs ${effectId(effect)} on ${id}, which no stage asks for`,
        hint: 'return the effect that others use in `effects` too',
      });
    }
  }
  if (problems.length > 0) throw new UserError(problems);
}

function* checkLengths(effect: PlannedEffect): Generator<Problem> {
  const spec = effect.spec as { device?: string; ready?: { socket?: string } };
  if (spec.device !== undefined && Buffer.byteLength(spec.device) > 15) {
    yield {
      code: 'interface-name-too-long',
      message: `the interface name '${spec.device}' (${effectId(effect)}) is longer than the kernel's 15 bytes`,
      hint: 'give the interface a shorter name in the experiment',
    };
  }
  const socket = spec.ready?.socket;
  if (socket !== undefined && Buffer.byteLength(socket) > SOCKET_PATH_LIMIT - SOCKET_CLIENT_ROOM) {
    yield {
      code: 'socket-path-too-long',
      message: `the socket path ${socket} is longer than the ${SOCKET_PATH_LIMIT - SOCKET_CLIENT_ROOM} bytes that there is room for`,
      hint: 'give the substrate or the node that it is called after a shorter name',
    };
  }
}
