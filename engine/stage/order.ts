import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { StageFile } from './discover.ts';
import type { LoadedDefinition } from './define.ts';

/** A loaded stage. */
export interface Stage extends StageFile {
  readonly definition: LoadedDefinition;
}

/** Who provides a fact, for messages. */
export type Providers = ReadonlyMap<string, readonly Stage[]>;

/**
 * Orders the stages of one scope (the experiment's, the pnode's, or one platform's): by number; unnumbered ones as soon
 * as their needs are met, then by name; closing ones last.
 * @param given facts that are there before the first stage of this scope.
 * @throws UserError naming the files: a number that contradicts a need, a need that nobody meets, a circle, a fact
 * provided twice.
 */
export function orderStages(stages: readonly Stage[], given: ReadonlySet<string>): readonly Stage[] {
  const providers = collectProviders(stages);
  const problems = [...doubleProviders(providers, given), ...missingNeeds(stages, providers, given)];
  if (problems.length > 0) throw new UserError(problems);

  const there = new Set(given);
  const waiting = [...stages].sort(compare);
  const ordered: Stage[] = [];
  while (waiting.length > 0) {
    const next = nextStage(waiting, (stage) => needsMet(stage, there, providers, ordered));
    if (!next) throw new UserError(stuck(waiting, there, providers));
    waiting.splice(waiting.indexOf(next), 1);
    ordered.push(next);
    for (const fact of next.definition.provides ?? []) there.add(fact);
  }
  return ordered;
}

function collectProviders(stages: readonly Stage[]): Providers {
  const providers = new Map<string, Stage[]>();
  for (const stage of stages) {
    for (const fact of stage.definition.provides ?? [])
      providers.set(fact, [...(providers.get(fact) ?? []), stage]);
  }
  return providers;
}

/** Numbered stages go strictly by number; an unnumbered one goes as soon as it can. */
function nextStage(waiting: readonly Stage[], ready: (stage: Stage) => boolean): Stage | undefined {
  const free = waiting.find(
    (stage) => stage.number === undefined && !stage.definition.closing && ready(stage),
  );
  if (free) return free;
  const numbered = waiting.find((stage) => stage.number !== undefined && !stage.definition.closing);
  if (numbered) return ready(numbered) ? numbered : undefined;
  return waiting.find((stage) => ready(stage) && (stage.definition.closing || stage.number === undefined));
}

function needsMet(
  stage: Stage,
  there: ReadonlySet<string>,
  providers: Providers,
  ordered: readonly Stage[],
): boolean {
  return (stage.definition.needs ?? []).every((fact) =>
    isMany(fact, providers)
      ? (providers.get(fact) ?? []).every((one) => ordered.includes(one))
      : there.has(fact),
  );
}

function isMany(fact: string, providers: Providers): boolean {
  return (providers.get(fact) ?? []).some((stage) =>
    (stage.definition.many as readonly string[] | undefined)?.includes(fact),
  );
}

function compare(a: Stage, b: Stage): number {
  const byNumber = (a.number ?? Infinity) - (b.number ?? Infinity);
  if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber;
  return a.name < b.name ? -1 : 1;
}

function* doubleProviders(providers: Providers, given: ReadonlySet<string>): Generator<Problem> {
  for (const [fact, stages] of providers) {
    if (isMany(fact, providers)) continue;
    if (given.has(fact)) {
      yield {
        code: 'fact-provided-twice',
        message: `${stages[0]!.file} provides the fact '${fact}', which is already there before it`,
        hint: 'choose another name for the fact, or replace the stage that provides it by one of the same file name',
      };
    } else if (stages.length > 1) {
      yield {
        code: 'fact-provided-twice',
        message: `the fact '${fact}' is provided twice: by ${stages.map(({ file }) => file).join(' and by ')}`,
        hint: `name it in 'many' of each, rename it in one, or mask one of the files with an empty file of its name`,
      };
    }
  }
}

function* missingNeeds(
  stages: readonly Stage[],
  providers: Providers,
  given: ReadonlySet<string>,
): Generator<Problem> {
  const known = [...new Set([...given, ...providers.keys()])].sort();
  for (const stage of stages) {
    for (const fact of stage.definition.needs ?? []) {
      if (given.has(fact) || providers.has(fact)) continue;
      yield {
        code: 'fact-missing',
        message: `${stage.file} needs the fact '${fact}', which no stage before it provides`,
        hint: `there are: ${known.join(', ')}`,
      };
    }
  }
}

/** Why no stage of those waiting can go on: a number against a need, or a circle. */
function stuck(waiting: readonly Stage[], there: ReadonlySet<string>, providers: Providers): Problem {
  const lacks = (stage: Stage): readonly string[] =>
    (stage.definition.needs ?? []).filter((fact) => !there.has(fact));
  const first = waiting.find((stage) => stage.number !== undefined);
  for (const fact of first ? lacks(first) : []) {
    const [provider, through] = laterByNumber(first!, fact, waiting, providers) ?? [];
    if (!provider) continue;
    const what = through
      ? `${through.file}, which provides its fact '${fact}', needs that one`
      : `needs its fact '${fact}'`;
    return {
      code: 'number-contradicts-need',
      message: `${first!.file} comes before ${provider.file} by number, but ${what}`,
      hint: 'give the one that provides the fact the smaller number',
    };
  }
  const circle = findCircle(waiting, lacks, providers);
  return {
    code: 'circular-needs',
    message: `stages need each other in a circle: ${circle.map(({ file }) => file).join(' needs ')}`,
    hint: 'move what both need into a stage of its own',
  };
}

/** A stage of a greater number that the fact comes from, or that its unnumbered provider waits for. */
function laterByNumber(
  first: Stage,
  fact: string,
  waiting: readonly Stage[],
  providers: Providers,
): readonly [later: Stage, through?: Stage] | undefined {
  const isLater = (one: Stage): boolean =>
    one.number !== undefined && one.number >= first.number! && !dependsOn(one, first, providers);
  for (const provider of providers.get(fact) ?? []) {
    if (isLater(provider)) return [provider];
    const later = waiting.find((one) => isLater(one) && dependsOn(provider, one, providers));
    if (later) return [later, provider];
  }
  return undefined;
}

function dependsOn(stage: Stage, target: Stage, providers: Providers, seen = new Set<Stage>()): boolean {
  if (seen.has(stage)) return false;
  seen.add(stage);
  return (stage.definition.needs ?? []).some((fact) =>
    (providers.get(fact) ?? []).some((one) => one === target || dependsOn(one, target, providers, seen)),
  );
}

function findCircle(
  waiting: readonly Stage[],
  lacks: (stage: Stage) => readonly string[],
  providers: Providers,
): readonly Stage[] {
  const trail: Stage[] = [];
  let stage = waiting.find((one) => lacks(one).length > 0)!;
  while (!trail.includes(stage)) {
    trail.push(stage);
    stage = providers.get(lacks(stage)[0]!)![0]!;
  }
  return [...trail.slice(trail.indexOf(stage)), stage];
}
