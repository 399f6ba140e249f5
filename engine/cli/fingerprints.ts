import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { canonicalJson } from '../model/json.ts';
import type { PlanInputs } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { engineVersion } from './version.ts';

/** Everything that a plan was made from but the host: by name, with its version, text or sha256. */
export function fingerprintsOf(
  file: string,
  inputs: Omit<PlanInputs, 'answer'>,
  plan: Pick<Plan, 'stages'>,
): Readonly<Record<string, string>> {
  return {
    'engine version': engineVersion(),
    [`experiment ${file}`]: hashOfFile(file),
    'site settings': hash(canonicalJson(inputs.settings)),
    'earlier setup': inputs.previous === null ? 'none' : hash(canonicalJson(inputs.previous)),
    'what shape has changed': hash(canonicalJson(inputs.shapeChanges)),
    ...stageFingerprints(inputs, plan),
  };
}

/** The stage files of the scopes that were planned, and what belongs to them: `_*` files and programs beside them. */
function stageFingerprints(
  inputs: Omit<PlanInputs, 'answer'>,
  plan: Pick<Plan, 'stages'>,
): Readonly<Record<string, string>> {
  const scopes = new Set(plan.stages.map(({ name }) => dirname(name)));
  const stages = inputs.stages.filter(({ name }) => scopes.has(dirname(name)));
  const platforms = [...inputs.platforms.values()].map(({ file }) => file);
  const folders = new Set([
    ...stages.map(({ file }) => dirname(file)),
    ...platforms.map((file) => dirname(file)),
  ]);
  const entries = [
    ...stages.map(({ name, file }): [string, string] => [`stage ${name}`, `${file} ${hashOfFile(file)}`]),
    ...[...folders].flatMap(helpersIn).map((file): [string, string] => [`file ${file}`, hashOfFile(file)]),
  ];
  return Object.fromEntries(entries);
}

function helpersIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() && (basename(path).startsWith('_') || (stats.mode & 0o111) !== 0);
    })
    .sort();
}

function hashOfFile(file: string): string {
  return existsSync(file) ? hash(readFileSync(file)) : 'not there';
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
