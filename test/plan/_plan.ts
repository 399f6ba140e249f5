// Jest cannot link one module for several importers at once: the stages' API is there before them.
import '../../engine/api.ts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { experimentFact } from '../../engine/config/experiment.ts';
import { packageRoot } from '../../engine/config/package-root.ts';
import { plannedReader } from '../../engine/config/reader.ts';
import { loadSettings } from '../../engine/config/settings.ts';
import { runProgram } from '../../engine/host/run-program.ts';
import { isUserError } from '../../engine/model/problem.ts';
import { registerPlatforms } from '../../engine/platform/registry.ts';
import { makePlan } from '../../engine/plan/make-plan.ts';
import type { PlanInputs } from '../../engine/plan/make-plan.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import { discoverStages } from '../../engine/stage/discover.ts';
import { loadPlatforms } from '../../engine/stage/load.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';

/** A node `a` of the platform `one`, a node `b` of `two`, and nothing else. */
const TOPDL = `<experiment><version>1.0</version>${['one', 'two']
  .map(
    (platform, index) => `
  <elements><computer><name>${'ab'[index]}</name><attribute>
    <attribute>containers:node_type</attribute><value>${platform}</value>
  </attribute></computer></elements>`,
  )
  .join('')}
</experiment>`;

/** The plan of t/x by the shipped stages of setup and these, by path; the platforms `one` and `two` are there. */
export async function planWith(
  files: Readonly<Record<string, string>>,
  inputs: Partial<PlanInputs> = {},
): Promise<Plan> {
  const folder = mkdtempSync(join(tmpdir(), 'benito-plan-'));
  try {
    const declared = {
      'setup/one/_platform.ts': `export default { summary: 'one' };`,
      'setup/two/_platform.ts': `export default { summary: 'two' };`,
      ...files,
    };
    for (const [path, text] of Object.entries(declared)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text, { mode: path.endsWith('.ts') ? 0o644 : 0o755 });
    }
    const found = discoverStages([packageRoot(), folder], { asRoot: false });
    return await makePlan({
      experiment: experimentFact('t', 'x', '/nonexistent/var'),
      settings: loadSettings('/nonexistent/site.yaml'),
      request: { as: {} },
      phases: ['setup', 'launch'],
      stages: found.stages.filter(({ name, file }) => name.startsWith('setup/') || file.startsWith(folder)),
      platforms: registerPlatforms(await loadPlatforms(found.platforms)),
      source: { text: TOPDL, topology: parseTopdl(TOPDL, 'x.xml').topology },
      previous: null,
      onDisk: plannedReader([]),
      probe: (probes) => Promise.resolve(probes.map(() => ({ status: 0, stdout: '' }))),
      runProgram,
      answer: (claims) =>
        Promise.resolve(
          claims.map(({ node }, index) => ({
            node,
            address: `192.168.144.${index + 2}`,
            prefix: 20,
            mac: `06:00:00:00:00:0${index + 1}`,
          })),
        ),
      ...inputs,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The message of the `UserError` that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
