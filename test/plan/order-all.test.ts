// Jest cannot link one module for several importers at once: the stages' API is there before them.
import '../../engine/api.ts';
import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../engine/config/package-root.ts';
import { experimentFact } from '../../engine/config/experiment.ts';
import { loadSettings } from '../../engine/config/settings.ts';
import { planOnly } from '../../engine/cli/dry-run.ts';
import { readInputs } from '../../engine/cli/input.ts';
import { runProgram } from '../../engine/host/run-program.ts';
import { orderAll } from '../../engine/plan/order-all.ts';
import { discoverStages } from '../../engine/stage/discover.ts';

test('the order that is listed is the order that is planned', async () => {
  const found = discoverStages([packageRoot()], { asRoot: false });
  const listed = await orderAll(
    found.stages.filter(({ platform }) => platform === undefined || platform === 'process'),
    ['setup', 'launch'],
    runProgram,
  );
  const inputs = await readInputs({
    experiment: experimentFact('t', 'order', '/nowhere/benito'),
    settings: loadSettings('/nowhere/site.yaml'),
    phases: ['setup', 'launch'],
    file: join(packageRoot(), 'config/experiments/star.xml'),
    request: { as: {} },
    stageFolders: [],
  });
  const { plan } = await planOnly(inputs);
  expect(listed.map(({ name }) => name)).toEqual(plan.stages.map(({ name }) => name));
});
