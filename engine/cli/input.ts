import { existsSync, readFileSync, statSync } from 'node:fs';
import { codecs } from '../config/files.ts';
import { packageRoot } from '../config/package-root.ts';
import { diskReader } from '../config/reader.ts';
import { loadSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { answerProbes } from '../host/probes.ts';
import type { ExperimentFact, Previous, Request } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';
import type { Topology } from '../model/topology.ts';
import type { PlanInputs } from '../plan/make-plan.ts';
import type { Phase } from '../stage/discover.ts';
import { discoverStages, stageFolders } from '../stage/discover.ts';
import { loadPlatforms } from '../stage/load.ts';
import { registerPlatforms } from '../platform/registry.ts';
import { checkPlatformSettings, withPlatformDefaults } from '../platform/settings.ts';
import { expandRegions } from '../topdl/expand.ts';
import { parseTopdl } from '../topdl/parse.ts';
import { examine } from './examine.ts';
import { requestOf } from './plan-options.ts';
import type { PlanOptions } from './plan-options.ts';
import { targetOfFile } from './target.ts';

export interface InputOptions {
  readonly experiment: ExperimentFact;
  readonly settings: Settings;
  readonly phases: readonly Phase[];
  /** The user's file; needed for setup. */
  readonly file?: string;
  readonly request: Request;
  /** `--stages DIR`, in the order given. */
  readonly stageFolders: readonly string[];
}

/** As `readInputs`, for setup and launch of the user's file: what `up`, `plan`, `check` and `stages` are about. */
export async function readExperimentInputs(
  file: string,
  options: PlanOptions,
): ReturnType<typeof readInputs> {
  const settings = loadSettings();
  return readInputs({
    experiment: targetOfFile(file, options, settings.project),
    settings,
    phases: ['setup', 'launch'],
    file,
    request: requestOf(options),
    stageFolders: options.stages,
  });
}

/** Reads everything that a plan is made from, but boss's answers. */
export async function readInputs(options: InputOptions): Promise<Omit<PlanInputs, 'answer'>> {
  const { experiment, settings, phases, file, request } = options;
  const folders = stageFolders(packageRoot(), options.stageFolders);
  const found = discoverStages(folders, { asRoot: process.getuid?.() === 0 });
  const platforms = registerPlatforms(await loadPlatforms(found.platforms));
  const onDisk = diskReader(experiment.configDir);
  const asUsed = phases.includes('setup') ? undefined : codecs.settings.decode!(onDisk);
  if (!asUsed) checkPlatformSettings(settings, platforms);
  return {
    experiment,
    settings: withPlatformDefaults(asUsed ?? settings, platforms),
    request,
    phases,
    stages: found.stages,
    platforms,
    previous: readPrevious(experiment),
    onDisk,
    probe: (probes) => answerProbes(probes),
    examine,
    ...(file !== undefined && { source: readExperiment(file) }),
  };
}

/**
 * The user's file, and its topology with regions expanded.
 * @throws UserError with everything that is wrong in it.
 */
export function readExperiment(file: string): { text: string; topology: Topology } {
  if (!existsSync(file)) {
    throw new UserError({
      code: 'no-such-file',
      message: `there is no file ${file}`,
      hint: 'EXPERIMENT is a TopDL file, for example config/experiments/star.xml',
    });
  }
  if (statSync(file).isDirectory()) {
    throw new UserError({
      code: 'not-a-file',
      message: `${file} is a directory`,
      hint: 'EXPERIMENT is a TopDL file, for example config/experiments/star.xml',
    });
  }
  const text = readFileSync(file, 'utf8');
  const { topology, places } = parseTopdl(text, file);
  return { text, topology: expandRegions(topology, places) };
}

/** What an earlier setup of this very experiment decided. */
export function readPrevious(experiment: ExperimentFact): Previous | null {
  const reader = diskReader(experiment.configDir);
  const { project, name } = experiment;
  if (reader.read('pid_eid') !== `${project}\n${name}\n`) return null;
  const topology = codecs.topology.decode!(reader);
  return topology ? { topology, switches: codecs.switches.decode!(reader) ?? [] } : null;
}
