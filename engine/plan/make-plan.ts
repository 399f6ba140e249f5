import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { codecs } from '../config/files.ts';
import type { Codec, ConfigFile, ConfigReader } from '../config/files.ts';
import { ONLY_PNODE, pnodeOf, vnodesOf } from '../config/nodes.ts';
import { decodePlatformFacts, encodePlatformFact } from '../config/platform-facts.ts';
import type { Settings } from '../config/settings.ts';
import type { Embedding, ExperimentFact, Previous, Request } from '../model/experiment.ts';
import type { Topology } from '../model/topology.ts';
import type { VNode } from '../model/vnode.ts';
import type { Platform } from '../platform/registry.ts';
import { platformFacts } from '../platform/registry.ts';
import type { Lack, Requirement } from '../platform/requirements.ts';
import type { Claim, Lease, Probe, ProbeAnswer, StageContext, StageResult } from '../stage/define.ts';
import type { Phase, StageFile } from '../stage/discover.ts';
import { effect } from '../stage/effects.ts';
import type { FactName } from '../stage/facts.ts';
import { loadStages } from '../stage/load.ts';
import { orderStages } from '../stage/order.ts';
import type { Stage } from '../stage/order.ts';
import { withDirectories } from './directories.ts';
import { keptForLaunch } from './platform-facts.ts';
import { refuseLacks } from './refuse-lacks.ts';
import { sealPlan } from './plan.ts';
import { nodeRecords } from './node-records.ts';
import { notSetUp, probedTwice, undeclared, unmet, unprovided } from './plan-errors.ts';
import type { AnsweredProbe, NodeRecord, Plan, PlannedEffect, PlannedStage, Unanswered } from './plan.ts';

/** All that a plan is made from. */
export interface PlanInputs {
  readonly experiment: ExperimentFact;
  readonly settings: Settings;
  readonly request: Request;
  readonly phases: readonly Phase[];
  readonly stages: readonly StageFile[];
  readonly platforms: ReadonlyMap<string, Platform>;
  /** The user's file, for setup: its text, and its topology with regions expanded. */
  readonly source?: { readonly text: string; readonly topology: Topology };
  /** What an earlier setup left. */
  readonly previous: Previous | null;
  /** The config directory on disk, for a launch that stands alone. */
  readonly onDisk: ConfigReader;
  /** Has boss answer claims, or foretell the answer: in a dry run some may be left out that it cannot foretell. */
  answer(claims: readonly Claim[]): Promise<readonly Lease[]>;
  /** Has the host answer probes, in their order. */
  probe(probes: readonly Probe[]): Promise<readonly ProbeAnswer[]>;
  /** Which of a platform's requirements the host does not meet; unless given, nobody asks. */
  examine?(requirements: readonly Requirement[]): Promise<readonly Lack[]>;
  /** The last stage that is wanted: those behind it are not planned. */
  readonly until?: string;
  /** Told as each stage is planned, with the facts that it gave. */
  onStage?(stage: PlannedStage, facts: Readonly<Record<string, unknown>>): void;
}

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
  private readonly effects: PlannedEffect[] = [];
  private readonly configFiles: ConfigFile[] = [];
  private readonly notes: string[] = [];
  /** The facts of setup, if it is planned too. */
  private decided: ReadonlyMap<string, unknown> = new Map();
  /** What the stages of setup gave to those of launch, by platform. */
  private readonly handedOver = new Map<string, Map<string, unknown>>();
  private leases: readonly Lease[] = [];
  private readonly probes: AnsweredProbe[] = [];
  private nodes: readonly NodeRecord[] = [];
  /** The stage `until` has been planned, or no further one can be. */
  private ended = false;
  unanswered?: Unanswered;
  private readonly inputs: PlanInputs;

  constructor(inputs: PlanInputs) {
    this.inputs = inputs;
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
    const opening = stages.filter(({ definition }) => !definition.closing);
    await this.runScope(opening, facts);
    if (this.ended) return;
    const nodes = this.finalNodes(facts);
    const here = nodes.filter(({ pnode }) => pnode === ONLY_PNODE);
    for (const platform of platformsOf(here)) await this.runPlatform('setup', platform, here, facts);
    facts.set('configFiles', this.configFileFacts());
    await this.runScope(
      stages.filter(({ definition }) => definition.closing),
      facts,
    );
  }

  async launch(): Promise<void> {
    const facts = new Map<string, unknown>([['experiment', this.inputs.experiment]]);
    for (const [name, codec] of Object.entries(codecs) as [string, Codec<unknown>][]) {
      // What setup has just planned is what decoding its files gives; a test holds the codecs to that.
      const value = codec.decode && (this.decided.get(name) ?? codec.decode(this.inputs.onDisk));
      if (value !== undefined) facts.set(name, value);
    }
    // With what has come to be since in place of what the directory lacks.
    if (facts.has('settings')) facts.set('settings', this.inputs.settings);
    const all = this.finalNodes(facts).filter(({ pnode }) => pnode === ONLY_PNODE);
    facts.set('pnode', pnodeOf(facts.get('topology') as Topology, ONLY_PNODE));
    facts.set('nodes', all);
    if (!this.inputs.phases.includes('setup')) await refuseLacks(facts, this.inputs);
    const stages = await this.load('launch', undefined);
    await this.runScope(
      stages.filter(({ definition }) => !definition.closing),
      facts,
    );
    for (const platform of platformsOf(all)) await this.runPlatform('launch', platform, all, facts);
    await this.runScope(
      stages.filter(({ definition }) => definition.closing),
      facts,
    );
    this.nodes = nodeRecords(all, this.inputs, this.effects);
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
    );
  }

  /** A platform's stages see its nodes only; of what they provide, the facts of many providers outlive them. */
  private async runPlatform(
    phase: Phase,
    platform: string,
    nodes: readonly VNode[],
    facts: Map<string, unknown>,
  ): Promise<void> {
    const stages = await this.load(phase, platform);
    const mine = nodes.filter((node) => node.platform === platform);
    const pnode = pnodeOf(facts.get('topology') as Topology, ONLY_PNODE);
    const own = phase === 'launch' ? this.handedTo(platform) : [];
    const scope = new Map([...facts, ...own, ['pnode', pnode], ['nodes', mine]]);
    await this.runScope(stages, scope);
    for (const name of stages.flatMap(({ definition }) => definition.many ?? [])) {
      if (scope.has(name)) facts.set(name, scope.get(name));
    }
  }

  /** What setup has just planned is what decoding its files gives. */
  private handedTo(platform: string): ReadonlyMap<string, unknown> {
    if (!this.inputs.phases.includes('setup')) return decodePlatformFacts(platform, this.inputs.onDisk);
    return this.handedOver.get(platform) ?? new Map();
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
    const claims = stage.definition.claims?.(context) ?? [];
    const claimed = claims.length > 0 ? await this.inputs.answer(claims) : [];
    this.leases = [...this.leases, ...claimed];
    if (claimed.length < claims.length) {
      const answered = new Set(claimed.map(({ node }) => node));
      const nodes = claims.map(({ node }) => node).filter((node) => !answered.has(node));
      this.unanswered = { stage: stage.name, nodes };
      this.ended = true;
      return;
    }
    const result = stage.definition.plan({ ...context, claimed, probed });
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
        if (keptForLaunch(stage).includes(name))
          this.handOver(stage.platform!, name, given[name], stage.name);
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
    this.stages.push(planned);
    this.ended = stage.name === this.inputs.until;
    this.inputs.onStage?.(planned, given);
    // The nodes' platforms are known: whether they can be is asked before boss or anybody else is.
    if ('annotated' in given && this.inputs.phases.includes('launch')) await refuseLacks(facts, this.inputs);
  }

  private factFor(stage: Stage, name: FactName, facts: ReadonlyMap<string, unknown>): unknown {
    if (facts.has(name)) return facts.get(name);
    throw unmet(stage, name);
  }

  private async ask(stage: Stage, context: StageContext): Promise<Readonly<Record<string, ProbeAnswer>>> {
    const probes = stage.definition.probes?.(context) ?? [];
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

  private handOver(platform: string, name: string, value: unknown, stage: string): void {
    const facts = this.handedOver.get(platform) ?? new Map<string, unknown>();
    this.handedOver.set(platform, facts.set(name, value));
    this.write(encodePlatformFact(platform, name, value), stage);
  }

  private write(file: ConfigFile, stage: string): void {
    this.configFiles.push(file);
    const path = join(this.inputs.experiment.configDir, file.path);
    const spec = { path, content: file.content, ...(file.inPlace && { inPlace: true }) };
    this.effects.push({ ...effect.file(spec, { keep: 'user' }), stage });
  }

  private configFileFacts(): readonly { path: string; sha256: string }[] {
    return this.configFiles.map(({ path, content }) => ({
      path: join(this.inputs.experiment.configDir, path),
      sha256: createHash('sha256').update(content).digest('hex'),
    }));
  }

  private finalNodes(facts: ReadonlyMap<string, unknown>): readonly VNode[] {
    const topology = facts.get('topology') as Topology | undefined;
    const embedding = facts.get('embedding') as Embedding | undefined;
    if (!topology || !embedding) throw notSetUp(this.inputs.experiment);
    return vnodesOf(topology, embedding, (facts.get('ghosts') as readonly string[] | undefined) ?? []);
  }
}

function platformsOf(nodes: readonly VNode[]): readonly string[] {
  return [...new Set(nodes.map(({ platform }) => platform))].sort();
}
