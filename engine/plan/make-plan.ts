import { codecs } from '../config/files.ts';
import type { Codec, ConfigFile } from '../config/files.ts';
import { platformsOf, pnodeOf } from '../config/nodes.ts';
import { decodePlatformFacts, encodePlatformFact } from '../config/platform-facts.ts';
import type { PlatformScope } from '../config/platform-facts.ts';
import type { Effect } from '../model/effect.ts';
import type { Embedding, PnodeFact, RouteTableFact } from '../model/experiment.ts';
import type { Topology } from '../model/topology.ts';
import type { VNode } from '../model/vnode.ts';
import { platformFacts } from '../platform/registry.ts';
import type { Lease, ProbeAnswer, StageContext, StageResult } from '../stage/define.ts';
import type { Phase } from '../stage/discover.ts';
import type { FactName } from '../stage/facts.ts';
import { loadStages } from '../stage/load.ts';
import { orderStages } from '../stage/order.ts';
import type { Stage } from '../stage/order.ts';
import { afterShaping } from './after-shaping.ts';
import { askStage } from './ask-stage.ts';
import { withDirectories } from './directories.ts';
import { finalNodes } from './final-nodes.ts';
import { handedOver } from './handed-over.ts';
import { keptForLaunch } from './platform-facts.ts';
import { refuseLacks } from './refuse-lacks.ts';
import { sealPlan } from './plan.ts';
import { plannedFiles } from './planned-files.ts';
import type { PlannedFiles } from './planned-files.ts';
import type { PlanInputs } from './plan-inputs.ts';
import { nodeRecords } from './node-records.ts';
import { refuseUnmet, refuseUnmetHere } from './refuse-unmet.ts';
import { probedTwice, undeclared, unmet, unprovided } from './plan-errors.ts';
import { thisPnode } from './this-pnode.ts';
import type { AnsweredProbe, NodeRecord, Plan, PlannedEffect, PlannedStage, Unanswered } from './plan.ts';

export type { PlanInputs } from './plan-inputs.ts';

/**
 * Runs the stages' plans, in order, and gathers what they ask for: setup for the experiment, then each platform's,
 * then the closing stages; launch for the pnode, then each platform's, from what the config directory will hold.
 * @throws UserError with everything that the stages found wrong.
 */
export async function makePlan(inputs: PlanInputs): Promise<Plan> {
  const planner = new Planner(inputs);
  if (inputs.phases.includes('setup')) await planner.setup();
  if (inputs.phases.includes('launch') && !planner.unanswered) await planner.launch();
  return planner.seal();
}

class Planner {
  private readonly stages: PlannedStage[] = [];
  private effects: PlannedEffect[] = [];
  private readonly files: PlannedFiles;
  private readonly notes: string[] = [];
  /** The facts of setup, if it is planned too. */
  private decided: ReadonlyMap<string, unknown> = new Map();
  /** What the stages of setup gave to those of launch, by platform and pnode. */
  private readonly handedOver = handedOver();
  private leases: readonly Lease[] = [];
  private readonly probes: AnsweredProbe[] = [];
  private nodes: readonly NodeRecord[] = [];
  /** The stage `until` has been planned, or no further one can be. */
  private ended = false;
  unanswered?: Unanswered;
  private readonly inputs: PlanInputs;

  constructor(inputs: PlanInputs) {
    this.inputs = inputs;
    this.files = plannedFiles(inputs.experiment.configDir);
  }

  async setup(): Promise<void> {
    const { experiment, settings, request, platforms, previous, source } = this.inputs;
    const given = { experiment, settings, request, previous, platforms: platformFacts(platforms) };
    const facts = new Map<string, unknown>(Object.entries({ ...given, source: source!.topology }));
    this.keep('experiment', experiment, 'setup/input');
    this.keep('settings', settings, 'setup/input');
    this.keep('sourceText', source!.text, 'setup/input');

    this.decided = facts;
    const stages = await this.load('setup', undefined);
    await this.runScope(stages.filter(isOpening), facts);
    if (this.ended) return;
    const nodes = finalNodes(facts, experiment);
    for (const platform of platformsOf(nodes)) {
      const mine = nodes.filter((node) => node.platform === platform);
      for (const pnode of [...new Set(mine.map((node) => node.pnode))].sort()) {
        if (this.unanswered) return;
        // The last stage that is wanted is planned for every pnode.
        this.ended = false;
        await this.runPlatform('setup', { platform, pnode }, mine, facts);
      }
      if (this.ended) return;
    }
    facts.set('configFiles', this.files.digests());
    await this.runScope(stages.filter(isClosing), facts);
  }

  async launch(): Promise<void> {
    const { experiment, shapeChanges } = this.inputs;
    const facts = new Map<string, unknown>(Object.entries({ experiment, shapeChanges }));
    for (const [name, codec] of Object.entries(codecs) as [string, Codec<unknown>][]) {
      // What setup has just planned is what decoding its files gives; a test holds the codecs to that.
      const value = codec.decode && (this.decided.get(name) ?? codec.decode(this.inputs.onDisk));
      if (value !== undefined) facts.set(name, value);
    }
    // With what has come to be since in place of what the directory lacks.
    if (facts.has('settings')) facts.set('settings', this.inputs.settings);
    const nodes = finalNodes(facts, experiment);
    const embedding = facts.get('embedding') as Embedding;
    const before = { effects: this.effects.length, notes: this.notes.length };
    const pnodes = this.inputs.onPart
      ? embedding.pnodes.map(({ name }) => name)
      : [thisPnode(embedding, this.inputs.host)];
    for (const pnode of pnodes) {
      this.effects.length = before.effects;
      this.ended = false;
      await this.launchOn(pnode, nodes, new Map(facts));
      if (!this.inputs.onPart) return;
      const { effects, nodes: own, notes } = this.seal();
      this.inputs.onPart({ pnode, effects, nodes: own, notes: notes.slice(before.notes) });
      this.notes.length = before.notes;
    }
  }

  /** Launch of one pnode's part. */
  private async launchOn(name: string, nodes: readonly VNode[], facts: Map<string, unknown>): Promise<void> {
    const mine = nodes.filter(({ pnode }) => pnode === name);
    await refuseUnmetHere(mine, this.inputs);
    facts.set('pnode', pnodeOf(facts.get('topology') as Topology, name));
    facts.set('nodes', mine);
    const stages = await this.load('launch', undefined);
    await this.runScope(stages.filter(isOpening), facts);
    for (const platform of platformsOf(mine)) {
      await this.runPlatform('launch', { platform, pnode: name }, mine, facts);
    }
    await this.runScope(stages.filter(isClosing), facts);
    const shapers = facts.get('linkShapers') as Readonly<Record<string, Effect>> | undefined;
    this.effects = afterShaping(this.effects, mine, shapers);
    this.nodes = nodeRecords(mine, this.inputs, this.effects, shapers);
  }

  seal(): Plan {
    const { experiment, phases } = this.inputs;
    return sealPlan({
      experiment,
      phases,
      stages: this.stages,
      effects: withDirectories(this.effects, experiment.varDir),
      probes: this.probes,
      leases: this.leases,
      nodes: this.nodes,
      notes: this.notes,
      ...(this.unanswered && { unanswered: this.unanswered }),
    });
  }

  private load(phase: Phase, platform: string | undefined): Promise<readonly Stage[]> {
    return loadStages(
      this.inputs.stages.filter((stage) => stage.phase === phase && stage.platform === platform),
      this.inputs.runProgram,
    );
  }

  /** A platform's stages see its nodes only; of what they provide, the facts of many providers outlive them. */
  private async runPlatform(
    phase: Phase,
    of: PlatformScope,
    nodes: readonly VNode[],
    facts: Map<string, unknown>,
  ): Promise<void> {
    const stages = await this.load(phase, of.platform);
    const mine = nodes.filter(({ platform, pnode }) => platform === of.platform && pnode === of.pnode);
    const pnode = pnodeOf(facts.get('topology') as Topology, of.pnode);
    const own = phase === 'launch' ? this.handedTo(of) : [];
    const scope = new Map([...facts, ...own, ['pnode', pnode], ['nodes', mine]]);
    await this.runScope(stages, scope);
    for (const name of stages.flatMap(({ definition }) => definition.many ?? [])) {
      if (scope.has(name)) facts.set(name, scope.get(name));
    }
  }

  /** What setup has just planned is what decoding its files gives. */
  private handedTo(of: PlatformScope): ReadonlyMap<string, unknown> {
    if (!this.inputs.phases.includes('setup')) return decodePlatformFacts(of, this.inputs.onDisk);
    return this.handedOver.to(of);
  }

  /** Plans the stages of one scope in their order; the facts that they provide are added to `facts`. */
  private async runScope(stages: readonly Stage[], facts: Map<string, unknown>): Promise<void> {
    for (const stage of orderStages(stages, new Set(facts.keys()))) {
      if (this.ended) return;
      await this.runStage(stage, facts);
    }
  }

  private async runStage(stage: Stage, facts: Map<string, unknown>): Promise<void> {
    const { summary, needs = [], provides = [], many = [] } = stage.definition;
    const seen = Object.fromEntries(needs.map((name) => [name, this.factFor(stage, name, facts)]));
    const context = { facts: seen as never };
    const probed = await this.ask(stage, context);
    const claims = await askStage(stage, 'claims', () => stage.definition.claims?.(context) ?? []);
    const claimed = claims.length > 0 ? await this.inputs.answer(claims) : [];
    this.leases = [...this.leases, ...claimed];
    if (claimed.length < claims.length) {
      const answered = new Set(claimed.map(({ node }) => node));
      const nodes = claims.map(({ node }) => node).filter((node) => !answered.has(node));
      this.unanswered = { stage: stage.name, nodes };
      this.ended = true;
      return;
    }
    const result = await askStage(stage, 'plan', () =>
      stage.definition.plan({ ...context, claimed, probed }),
    );
    const skipped = 'skip' in result ? result.skip : undefined;
    const given = 'skip' in result ? {} : ((result.facts ?? {}) as Record<string, unknown>);

    for (const name of provides) {
      if (skipped === undefined && !(name in given)) throw unprovided(stage, name);
      if (!(name in given)) continue;
      if ((many as readonly string[]).includes(name)) {
        facts.set(name, [...((facts.get(name) as unknown[] | undefined) ?? []), given[name]]);
      } else {
        facts.set(name, given[name]);
        this.keep(name, given[name], stage.name);
        // Whoever is on no pnode of the experiment is told before anything is claimed for it.
        if (name === 'embedding' && this.inputs.phases.includes('launch') && !this.inputs.onPart)
          thisPnode(given[name] as Embedding, this.inputs.host);
        if (keptForLaunch(stage).includes(name)) this.handOver(stage, name, given[name], facts);
      }
    }
    const stray = Object.keys(given).find((name) => !(provides as readonly string[]).includes(name));
    if (stray !== undefined) throw undeclared(stage, stray);
    if (!('skip' in result)) this.take(stage, result);
    const planned: PlannedStage = {
      name: stage.name,
      file: stage.file,
      summary,
      needs,
      provides,
      ...(skipped !== undefined && { skipped }),
    };
    this.remember(planned);
    this.ended = stage.name === this.inputs.until;
    this.inputs.onStage?.(planned, given);
    if ('annotated' in given) await refuseUnmet(facts, this.inputs);
    if (('wired' in given || 'routes' in given) && facts.has('wired')) {
      const nodes = finalNodes(facts, this.inputs.experiment, 'wired');
      refuseLacks(nodes, facts.get('routes') as readonly RouteTableFact[] | undefined, this.inputs.platforms);
    }
  }

  /** A platform's stage is planned for several pnodes, and is one: it has nothing to do where it has nothing for any. */
  private remember(planned: PlannedStage): void {
    const at = this.stages.findIndex(({ name }) => name === planned.name);
    if (at < 0) this.stages.push(planned);
    else if (planned.skipped === undefined) this.stages[at] = planned;
  }

  private factFor(stage: Stage, name: FactName, facts: ReadonlyMap<string, unknown>): unknown {
    if (facts.has(name)) return facts.get(name);
    throw unmet(stage, name);
  }

  private async ask(stage: Stage, context: StageContext): Promise<Readonly<Record<string, ProbeAnswer>>> {
    const probes = await askStage(stage, 'probes', () => stage.definition.probes?.(context) ?? []);
    const twice = probes.find(({ name }, index) => probes.findIndex((one) => one.name === name) < index);
    if (twice) throw probedTwice(stage, twice.name);
    const answers = probes.length > 0 ? await this.inputs.probe(probes) : [];
    this.probes.push(...probes.map((probe, index) => ({ stage: stage.name, ...probe, ...answers[index]! })));
    return Object.fromEntries(probes.map(({ name }, index) => [name, answers[index]!]));
  }

  private take(stage: Stage, result: StageResult): void {
    for (const one of result.effects ?? []) this.effects.push({ ...one, stage: stage.name });
    this.notes.push(...(result.notes ?? []));
  }

  /** A fact that the config directory holds becomes its files. */
  private keep(name: string, value: unknown, stage: string): void {
    const codec = (codecs as unknown as Record<string, Codec<unknown> | undefined>)[name];
    for (const file of codec?.encode(value) ?? []) this.write(file, stage);
  }

  private handOver(stage: Stage, name: string, value: unknown, seen: ReadonlyMap<string, unknown>): void {
    const of = { platform: stage.platform!, pnode: (seen.get('pnode') as PnodeFact).name };
    this.handedOver.give(of, name, value);
    this.write(encodePlatformFact(of, name, value), stage.name);
  }

  private write(file: ConfigFile, stage: string): void {
    this.effects.push(this.files.add(file, stage));
  }
}

/** It runs after the platforms' stages. */
const isClosing = ({ definition }: Stage): boolean => definition.closing === true;
const isOpening = (stage: Stage): boolean => !isClosing(stage);
