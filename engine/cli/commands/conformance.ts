import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { ask } from '../../conformance/ask.ts';
import type { Answered } from '../../conformance/ask.ts';
import { throwAwayHost } from '../../conformance/host.ts';
import { openLab } from '../../conformance/lab.ts';
import { rules } from '../../conformance/rules.ts';
import type { Rule } from '../../conformance/rule.ts';
import { UserError } from '../../model/problem.ts';
import { registerPlatforms } from '../../platform/registry.ts';
import type { Platform } from '../../platform/registry.ts';
import { noColors } from '../../report/colors.ts';
import { discoverStages, stageFolders } from '../../stage/discover.ts';
import { loadPlatforms } from '../../stage/load.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { needRoot } from '../need-root.ts';
import { renderAnswer, renderVerdict } from '../conformance-text.ts';

export interface ConformanceOptions {
  readonly stages: readonly string[];
  /** Only these rules. */
  readonly rule?: readonly string[];
  /** A number, or `all`. */
  readonly kills?: string;
  /** How long `up` may take. */
  readonly seconds?: number;
}

/** `conformance PLATFORM`: exit code 0 if every rule holds. */
export async function conformance(name: string, options: ConformanceOptions, io: Io): Promise<number> {
  needRoot('conformance');
  const wanted = chosen(options.rule);
  const kills = killsOf(options.kills);
  const folders = stageFolders(packageRoot(), options.stages);
  const { definition } = await platformNamed(name, folders);
  const extra = folders.filter((folder) => folder !== packageRoot());
  const host = await throwAwayHost({
    images: 'shared',
    packages: 'shared',
    scan: 'strict',
    folders: boundFolders(extra),
  });
  const seconds = options.seconds ?? UP_SECONDS;
  const answers: Answered[] = [];
  const started = performance.now();
  try {
    const scanned = wanted.some(({ scans }) => scans);
    const limits = { plan: Math.min(PLAN_SECONDS, seconds), up: seconds };
    const lab = await openLab({ platform: name, definition, host, limits, extra, folders, kills, scanned });
    for (const rule of wanted) {
      const answer = await ask(rule, lab);
      answers.push(answer);
      if (!io.asJson) renderAnswer(answer, io.colors ?? noColors).forEach(io.print);
    }
  } finally {
    await host.close();
  }
  const ok = answers.every(({ state }) => state === 'holds' || state === 'not-asked');
  const took = (performance.now() - started) / 1000;
  if (io.asJson) io.json({ ok, platform: name, seconds: took, rules: answers });
  else renderVerdict(name, answers, took, io.colors ?? noColors).forEach(io.print);
  return ok ? 0 : 1;
}

/** Of planning three nodes; under load, too. */
const PLAN_SECONDS = 30;
const UP_SECONDS = 300;

function chosen(names: readonly string[] | undefined): readonly Rule[] {
  const unknown = names?.find((name) => !rules.some((rule) => rule.name === name));
  if (unknown === undefined) return names ? rules.filter(({ name }) => names.includes(name)) : rules;
  throw new UserError(
    {
      code: 'no-such-rule',
      message: `there is no rule '${unknown}'`,
      hint: `rules: ${rules.map(({ name }) => name).join(', ')}`,
    },
    { exitCode: EXIT_USAGE },
  );
}

function killsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return Infinity;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(
    {
      code: 'bad-kills',
      message: `--kills takes a number or 'all', not '${text}'`,
      hint: 'for example: --kills 10',
    },
    { exitCode: EXIT_USAGE },
  );
}

async function platformNamed(name: string, folders: readonly string[]): Promise<Platform> {
  const found = discoverStages(folders, { asRoot: true });
  const platforms = registerPlatforms(await loadPlatforms(found.platforms));
  const platform = platforms.get(name);
  if (platform) return platform;
  throw new UserError({
    code: 'unknown-platform',
    message: `there is no platform '${name}'`,
    hint: `platforms: ${[...platforms.keys()].sort().join(', ')}; a folder with setup/${name}/_platform.ts or .yaml adds one: --stages DIR`,
  });
}

/** Settings of this host are no part of a platform: of /etc/benito, its stages only. */
function boundFolders(extra: readonly string[]): readonly string[] {
  return extra.flatMap((folder) =>
    folder === '/etc/benito'
      ? ['/etc/benito/setup', '/etc/benito/launch'].filter(existsSync)
      : [resolve(folder)],
  );
}
