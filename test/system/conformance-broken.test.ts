import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
// Stages need it at once, and Jest loads a module for one of them only.
import '../../engine/api.ts';
import { ask } from '../../engine/conformance/ask.ts';
import type { Answered } from '../../engine/conformance/ask.ts';
import { faultLines } from '../../engine/conformance/fault-lines.ts';
import { openLab } from '../../engine/conformance/lab.ts';
import { rules } from '../../engine/conformance/rules.ts';
import { registerPlatforms } from '../../engine/platform/registry.ts';
import { discoverStages, stageFolders } from '../../engine/stage/discover.ts';
import { loadPlatforms } from '../../engine/stage/load.ts';
import { ROOT, throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';

/** What each platform of test/conformance/broken breaks. Most are the process platform with one stage replaced. */
const BROKEN: Readonly<Record<string, string>> = {
  chance: 'pure-plans',
  clock: 'pure-plans',
  environment: 'pure-plans',
  file: 'pure-plans',
  writes: 'pure-plans',
  'program-clock': 'pure-plans',
  'writes-unseen': 'pure-plans',
  history: 'undo-declared',
  'no-undo': 'undo-declared',
  'undo-of-nothing': 'undo-declared',
  'endless-plan': 'time-limits',
  'endless-ready': 'time-limits',
  'does-not-start': 'comes-up',
  'ready-too-early': 'ready',
  'undeclared-file': 'declared-only',
  'plans-by-state': 'shown-is-done',
  'never-there': 'nothing-twice',
  'wrong-mac': 'ports',
  'wrong-port': 'ports',
  'wrong-address': 'addresses',
  'missing-route': 'routes',
  'no-forwarding': 'ping',
  'no-config': 'config-directory',
  'no-start': 'start-command',
  'starts-twice': 'start-command',
  'control-net-unplugged': 'control-net',
  'no-control-net': 'control-net',
  'files-unmounted': 'host-files',
  'starts-ghosts': 'ghosts',
  'answers-when-stopped': 'one-node',
  'restarts-neighbour': 'one-node',
  'lacks-untold': 'lacks',
  'leaves-file': 'undo',
  unshaped: 'shaping',
  'undo-of-the-whole': 'kill',
};

const FOLDER = join(ROOT, 'test/conformance/broken');
const GOLDEN = join(ROOT, 'test/golden/conformance');

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost({ scan: 'strict' });
});
afterAll(() => host.close());

describe('what is broken is told, with what its author is to do (UPDATE_GOLDEN=1 writes it anew)', () => {
  test.each(Object.entries(BROKEN))('%s', async (name, rule) => {
    const [answer] = await asked(join(FOLDER, name), [rule]);
    expect(answer!.state).toBe('broken');
    const text = told(answer!);
    const golden = join(GOLDEN, `${name}.txt`);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(golden, text);
    }
    expect(text).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : '');
  });

  test('every rule has one that breaks it, and every one is tried', () => {
    expect(rules.map(({ name }) => name).filter((name) => !Object.values(BROKEN).includes(name))).toEqual([]);
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(BROKEN).sort());
  });
});

test('what a platform says that it lacks is not asked for, and what needs it is refused by node and platform', async () => {
  const names = [
    'routes',
    'ping',
    'config-directory',
    'start-command',
    'control-net',
    'host-files',
    'one-node',
  ];
  // What is broken above may have left its host in disorder: that is what it is for.
  const own = await throwAwayHost();
  const answers = await asked(join(ROOT, 'test/conformance/lacking'), [...names, 'lacks'], own).finally(() =>
    own.close(),
  );
  expect(answers.map(({ rule, state }) => [rule, state])).toEqual([
    ...names.map((name) => [name, 'not-asked']),
    ['lacks', 'holds'],
  ]);
  expect(answers.at(-1)!.evidence).toEqual([
    'process lacks configDirectory, controlNet, exec, hostFiles, routes, startCommands, stop',
    "check of an experiment that needs startCommands: the node 'needy' has a start command, and the platform runs none: process (lacks: startCommands)",
    expect.stringContaining("the node 'needy' needs routes beyond its own substrates"),
    'exec: exit code 1: the platform process of alpha declares no way into its nodes',
    expect.stringContaining('stop: exit code 1: the platform process of alpha'),
  ]);
});

/** Only these rules, on the host that all share unless said. */
async function asked(folder: string, names: readonly string[], on = host): Promise<readonly Answered[]> {
  const folders = stageFolders(ROOT, [folder]);
  const { platforms } = discoverStages(folders, { asRoot: true });
  const { definition } = registerPlatforms(await loadPlatforms(platforms)).get('process')!;
  const wanted = rules.filter(({ name }) => names.includes(name));
  const seconds = basename(folder).startsWith('endless-') ? 8 : 60;
  const lab = await openLab({
    platform: 'process',
    definition,
    host: on,
    limits: { plan: seconds, up: seconds },
    extra: [folder],
    folders,
    kills: 8,
    scanned: wanted.some(({ scans }) => scans),
  });
  try {
    const answers: Answered[] = [];
    for (const rule of wanted) answers.push(await ask(rule, lab));
    return answers;
  } finally {
    await lab.command(['down', ...lab.named, '--purge']);
    await on.run(['sh', '-c', 'rm -f /run/mark* /var/tmp/*']);
  }
}

/** Without what is another each time. */
function told({ rule, faults }: Answered): string {
  return `${rule}\n${faultLines(faults).join('\n')}\n`
    .replaceAll(ROOT, 'ROOT')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b[0-9a-f]{12}\b/g, 'HASH')
    .replace(/\d+ bytes of \d+/g, 'N bytes of TIME')
    .replace(/[\d.]+ ms at least, [\d.]+ ms/g, 'N ms at least, N ms')
    .replace(/only [\d.]+ s later/g, 'only N s later')
    .replace(/is \d+, and then \d+/g, 'is N, and then N')
    .replace(/record \d+ of \d+/g, 'record N of N')
    .replace(/mark-\d+/g, 'mark-N')
    .replace(/\/proc\/\d+/g, '/proc/N');
}
