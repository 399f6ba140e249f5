import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    const answer = await asked(name, rule);
    expect(answer.state).toBe('broken');
    const text = told(answer);
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

/** Only that rule, on the host that all share. */
async function asked(name: string, rule: string): Promise<Answered> {
  const extra = [join(FOLDER, name)];
  const folders = stageFolders(ROOT, extra);
  const { platforms } = discoverStages(folders, { asRoot: true });
  const { definition } = registerPlatforms(await loadPlatforms(platforms)).get('process')!;
  const seconds = name.startsWith('endless-') ? 8 : 60;
  const limits = { plan: seconds, up: seconds };
  const lab = await openLab({ platform: 'process', definition, host, limits, extra, folders, kills: 8 });
  try {
    return await ask(
      rules.find((one) => one.name === rule)!,
      lab,
    );
  } finally {
    await lab.command(['down', ...lab.named, '--purge']);
    await host.run(['sh', '-c', 'rm -f /run/mark* /var/tmp/*']);
  }
}

/** Without what is another each time. */
function told({ rule, faults }: Answered): string {
  return `${rule}\n${faultLines(faults).join('\n')}\n`
    .replaceAll(ROOT, 'ROOT')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b[0-9a-f]{12}\b/g, 'HASH')
    .replace(/\d+ bytes of \d+/g, 'N bytes of TIME')
    .replace(/only [\d.]+ s later/g, 'only N s later')
    .replace(/is \d+, and then \d+/g, 'is N, and then N')
    .replace(/\/proc\/\d+/g, '/proc/N');
}
