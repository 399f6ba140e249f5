import { basename, dirname } from 'node:path';
import { codecs } from '../config/files.ts';
import type { Codec } from '../config/files.ts';
import type { Phase, StageFile } from '../stage/discover.ts';
import { loadStages } from '../stage/load.ts';
import { orderStages } from '../stage/order.ts';
import type { Stage } from '../stage/order.ts';
import type { RunProgram } from '../stage/program.ts';
import { keptForLaunch } from './platform-facts.ts';

/** The facts that the engine gives before the first stage of setup. */
const SETUP_FACTS = ['experiment', 'settings', 'request', 'previous', 'platforms', 'source'];

/**
 * All stages in the order in which they would run, from what they declare alone; no plan is made.
 * @throws UserError as `orderStages` does.
 */
export async function orderAll(
  stages: readonly StageFile[],
  phases: readonly Phase[],
  run: RunProgram,
): Promise<readonly Stage[]> {
  const loaded = await loadStages(stages, run);
  return phases.flatMap((phase) => {
    const mine = loaded.filter((stage) => stage.phase === phase);
    return phase === 'setup' ? orderSetup(mine) : orderLaunch(mine, loaded);
  });
}

function orderSetup(stages: readonly Stage[]): readonly Stage[] {
  const common = stages.filter(({ platform }) => platform === undefined);
  const opening = orderStages(
    common.filter(({ definition }) => !definition.closing),
    new Set(SETUP_FACTS),
  );
  const after = withProvided(new Set(SETUP_FACTS), opening);
  const platforms = orderPlatforms(stages, new Set([...after, 'pnode', 'nodes']));
  const closing = orderStages(
    common.filter(({ definition }) => definition.closing),
    new Set([...withMany(after, platforms), 'configFiles']),
  );
  return [...opening, ...platforms, ...closing];
}

/** @param all those of setup too: platforms find what theirs keep for them. */
function orderLaunch(stages: readonly Stage[], all: readonly Stage[]): readonly Stage[] {
  const onDisk = (Object.entries(codecs) as [string, Codec<unknown>][])
    .filter(([, { decode }]) => decode)
    .map(([name]) => name);
  const given = new Set(['experiment', ...onDisk, 'pnode', 'nodes']);
  const common = stages.filter(({ platform }) => platform === undefined);
  const opening = orderStages(
    common.filter(({ definition }) => !definition.closing),
    given,
  );
  const after = withProvided(given, opening);
  const platforms = orderPlatforms(stages, after, (platform) =>
    all.filter((stage) => stage.platform === platform).flatMap(keptForLaunch),
  );
  const closing = orderStages(
    common.filter(({ definition }) => definition.closing),
    withMany(after, platforms),
  );
  return [...opening, ...platforms, ...closing];
}

function orderPlatforms(
  stages: readonly Stage[],
  given: ReadonlySet<string>,
  kept: (platform: string) => readonly string[] = () => [],
): readonly Stage[] {
  const folders = [
    ...new Set(stages.filter(({ platform }) => platform !== undefined).map(({ name }) => dirname(name))),
  ];
  return folders.sort().flatMap((folder) =>
    orderStages(
      stages.filter(({ name }) => dirname(name) === folder),
      new Set([...given, ...kept(basename(folder))]),
    ),
  );
}

function withProvided(given: ReadonlySet<string>, stages: readonly Stage[]): ReadonlySet<string> {
  return new Set([...given, ...stages.flatMap(({ definition }) => definition.provides ?? [])]);
}

/** Of what platforms provide, the facts of many providers outlive them. */
function withMany(given: ReadonlySet<string>, stages: readonly Stage[]): ReadonlySet<string> {
  return new Set([...given, ...stages.flatMap(({ definition }) => definition.many ?? [])]);
}
