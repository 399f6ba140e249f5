import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { allPings, readExperiment, wrongPings } from './_experiment.ts';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { line, topdl } from './_topdl.ts';

const NAMED = ['-e', 't-s/planned', '--var', '/tmp/planned'];
const FILE = '/tmp/planned.xml';
const PLAN = '/tmp/planned.plan';

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(FILE, topdl(line(3)));
});
afterAll(() => host.close());

test('plan touches nothing, and apply does that very plan', async () => {
  const before = await host.snapshot();
  const { stdout } = await host.ok('plan', FILE, ...NAMED, '--out', PLAN);
  expect(stdout).toContain('/tmp/planned/config/hosts');
  expect(await host.residue(before)).toEqual([expect.stringContaining(`files: new: ${PLAN}`)]);

  await host.ok('apply', PLAN);
  const planned = JSON.parse(await host.read(PLAN)) as { plan: { hash: string } };
  expect(planned.plan.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await plansInJournal()).toEqual([planned.plan.hash]);
  const experiment = await readExperiment(host, 't-s/planned', '/tmp/planned');
  expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);

  // up comes to the same plan, and finds it carried out.
  await host.ok('up', FILE, ...NAMED);
  expect(new Set(await plansInJournal())).toEqual(new Set([planned.plan.hash]));
});

test('run setup and run launch come to the same as up', async () => {
  await host.ok('down', ...NAMED, '--purge');
  await host.ok('run', 'setup', FILE, ...NAMED);
  await host.ok('run', 'launch', ...NAMED);
  const events = (await host.ok('up', FILE, ...NAMED, '--json')).stdout.split('\n').filter(Boolean);
  const delta = events.map((one) => JSON.parse(one) as { type: string }).find(({ type }) => type === 'delta');
  expect(delta).toMatchObject({ make: 0, change: 0, unmake: 0 });
});

test.each([
  ['the experiment', () => host.write(FILE, topdl(line(4)))],
  ['the settings', () => host.write('/etc/benito/site.yaml', 'project: elsewhere\n')],
  ['a stage', () => host.write('/etc/benito/setup/30_mine.ts', NOTHING)],
  ['the host', () => host.must(['ip', 'netns', 'delete', 't-s.planned.r1'])],
])('apply refuses a plan when %s has changed since, and changes nothing', async (_what, change) => {
  await host.write(FILE, topdl(line(3)));
  await host.ok('down', ...NAMED, '--purge');
  await host.ok('up', FILE, ...NAMED);
  await host.ok('plan', FILE, ...NAMED, '--out', PLAN);
  await change();
  const before = await host.snapshot();
  const { code, stderr } = await host.cli('apply', PLAN);
  await host.must(['rm', '-rf', '/etc/benito']);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\S/)]);
  const changes = (await host.residue(before)).filter((text) => !text.includes('/etc/benito'));
  expect(changes).toEqual([]);
});

async function plansInJournal(): Promise<readonly string[]> {
  return (await host.read('/tmp/planned/journal/journal.jsonl'))
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as { planHash?: string })
    .flatMap(({ planHash }) => (planHash === undefined ? [] : [planHash]));
}

const NOTHING = `
import { defineStage, skip } from 'benito-pipeline';
export default defineStage({ summary: 'Do nothing', plan: () => skip('there is nothing to do') });
`;
