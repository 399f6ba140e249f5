import type { ConfigReader } from '../config/files.ts';
import type { Settings } from '../config/settings.ts';
import type { ExperimentFact, Previous, Request } from '../model/experiment.ts';
import type { ShapeChanges } from '../model/shaping.ts';
import type { Topology } from '../model/topology.ts';
import type { Platform } from '../platform/registry.ts';
import type { Requirement, Unmet } from '../platform/requirements.ts';
import type { Claim, Lease, Probe, ProbeAnswer } from '../stage/define.ts';
import type { Phase, StageFile } from '../stage/discover.ts';
import type { RunProgram } from '../stage/program.ts';
import type { Plan, PlannedStage } from './plan.ts';
import type { ThisHost } from './this-pnode.ts';

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
  /** Whose part of the experiment launch is about; not needed where there is only one pnode. */
  readonly host?: ThisHost;
  /**
   * Launch is planned for every pnode, each by itself, and this is told of each, with what launch notes there. The plan is
   * the last one's, without such notes.
   */
  onPart?(part: Pick<Plan, 'effects' | 'nodes' | 'notes'> & { readonly pnode: string }): void;
  /** What `shape` has changed of the running experiment. */
  readonly shapeChanges: ShapeChanges;
  /** The config directory on disk, for a launch that stands alone. */
  readonly onDisk: ConfigReader;
  /** Has boss answer claims, or foretell the answer: in a dry run some may be left out that it cannot foretell. */
  answer(claims: readonly Claim[]): Promise<readonly Lease[]>;
  /** Has the host answer probes, in their order. */
  probe(probes: readonly Probe[]): Promise<readonly ProbeAnswer[]>;
  /** Runs stages that are programs. */
  readonly runProgram: RunProgram;
  /** Which of a platform's requirements the host does not meet; unless given, nobody asks. */
  examine?(requirements: readonly Requirement[]): Promise<readonly Unmet[]>;
  /** The last stage that is wanted: those behind it are not planned. */
  readonly until?: string;
  /** Told as each stage is planned, with the facts that it gave. */
  onStage?(stage: PlannedStage, facts: Readonly<Record<string, unknown>>): void;
}
