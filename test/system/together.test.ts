import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { allPings, readExperiment, wrongPings } from './_experiment.ts';
import { commandOf, failed, throwAwayHost, until } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { line, topdl } from './_topdl.ts';

const ONE = ['-e', 't-s/one', '--var', '/tmp/one'];
const TWO = ['-e', 't-s/two', '--var', '/tmp/two'];

let host: Host;
beforeEach(async () => {
  host = await throwAwayHost();
  await host.write('/tmp/line.xml', topdl(line(3)));
  await host.write('/tmp/long.xml', topdl(line(40)));
});
afterEach(() => host.close());

test('two experiments at once share neither names nor leases, and go one by one', async () => {
  const before = await host.snapshot();
  const both = await Promise.all([
    host.cli('up', '/tmp/line.xml', ...ONE),
    host.cli('up', '/tmp/line.xml', ...TWO),
  ]);
  both.forEach(mustSucceed);
  for (const [full, varDir] of [
    ['t-s/one', '/tmp/one'],
    ['t-s/two', '/tmp/two'],
  ] as const) {
    const experiment = await readExperiment(host, full, varDir);
    expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
  }
  const leases = [...(await leasesOf('/tmp/one')), ...(await leasesOf('/tmp/two'))];
  expect(leases.length).toBeGreaterThan(0);
  expect(new Set(leases).size).toBe(leases.length);
  expect((await host.ok('list')).stdout).toMatch(/t-s\/one[^]*t-s\/two/);

  await host.ok('down', ...ONE, '--purge');
  const two = await readExperiment(host, 't-s/two', '/tmp/two');
  expect(await wrongPings(host, two, allPings(two))).toEqual([]);
  await host.ok('down', ...TWO, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('a limit of the host is what the needs of all add up to, or the greatest of them, and is back at the end', async () => {
  const limits = ['net/core/somaxconn', 'net/ipv4/tcp_max_syn_backlog'];
  const read = async (): Promise<readonly number[]> =>
    (await host.must(['cat', ...limits.map((key) => `/proc/sys/${key}`)])).trim().split('\n').map(Number);
  const [most = 0, sum = 0] = await read();
  for (const [folder, atLeast, raiseBy] of [
    ['one', most + 100, 30],
    ['two', most + 40, 7],
  ] as const) {
    await host.write(
      `/tmp/${folder}-stages/launch/limits.ts`,
      `import { defineStage, effect } from 'benito-pipeline';
      export default defineStage({
        summary: 'Raise limits',
        plan: () => ({
          effects: [
            effect.sysctl({ key: '${limits[0]}', atLeast: ${atLeast} }),
            effect.sysctl({ key: '${limits[1]}', raiseBy: ${raiseBy} }),
          ],
        }),
      });`,
    );
  }
  const before = await host.snapshot();
  await host.ok('up', '/tmp/line.xml', ...TWO, '--stages', '/tmp/two-stages');
  expect(await read()).toEqual([most + 40, sum + 7]);
  await host.ok('up', '/tmp/line.xml', ...ONE, '--stages', '/tmp/one-stages');
  expect(await read()).toEqual([most + 100, sum + 37]);
  const again = await host.ok('up', '/tmp/line.xml', ...TWO, '--stages', '/tmp/two-stages');
  expect(again.stdout).toContain('nothing to do');
  await host.ok('down', ...ONE, '--purge');
  expect(await read()).toEqual([most + 40, sum + 7]);
  await host.ok('down', ...TWO, '--purge');
  expect(await read()).toEqual([most, sum]);
  expect(await host.residue(before)).toEqual([]);
});

test('many at once never get the same lease, and give every one back', async () => {
  const before = await host.snapshot();
  const names = Array.from({ length: 6 }, (_, index) => ['-e', `t-s/x${index}`, '--var', `/tmp/x${index}`]);
  const ended = await Promise.all(names.map((named) => host.cli('run', 'setup', '/tmp/line.xml', ...named)));
  ended.forEach(mustSucceed);
  const leases = (await Promise.all(names.map(([, , , varDir]) => leasesOf(varDir!)))).flat();
  expect(new Set(leases).size).toBe(names.length);
  // A second time, everybody keeps their own.
  (await Promise.all(names.map((named) => host.cli('run', 'setup', '/tmp/line.xml', ...named)))).forEach(
    mustSucceed,
  );
  expect((await Promise.all(names.map(([, , , varDir]) => leasesOf(varDir!)))).flat()).toEqual(leases);
  (await Promise.all(names.map((named) => host.cli('down', ...named, '--purge')))).forEach(mustSucceed);
  expect(await host.residue(before)).toEqual([]);
});

test('a lease whose asker was killed before the answer was written down is found again', async () => {
  const before = await host.snapshot();
  // From the first moment that boss's book names the experiment, the journal's answer is missing for a while.
  const asking = host.start(commandOf(['up', '/tmp/long.xml', ...ONE]));
  const isGiven = async (): Promise<boolean> =>
    (await host.run(['grep', '-qs', '"address"', '/var/lib/benito-pipeline/host.json'])).code === 0;
  await until(isGiven, 'no lease is given', asking);
  await asking.kill('program');
  await asking.ended;
  await host.ok('down', ...ONE, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('the same experiment twice at once: one works on it, the other is told who does', async () => {
  const first = host.start(commandOf(['up', '/tmp/long.xml', ...ONE]));
  await until(
    async () => (await host.run(['sh', '-c', 'ls /run/benito-pipeline/*.lock'])).code === 0,
    'no lock',
    first,
  );
  const [second, third] = await Promise.all([
    host.cli('up', '/tmp/line.xml', ...ONE),
    host.cli('down', ...ONE),
  ]);
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringMatching(/t-s\/one is being worked on by process \d+/),
  ]);
  expect([third.code, third.stderr]).toEqual([
    1,
    expect.stringMatching(/t-s\/one is being worked on by process \d+/),
  ]);
  mustSucceed(await first.ended);
  const experiment = await readExperiment(host, 't-s/one', '/tmp/one');
  expect(experiment.nodes).toHaveLength(40);
  expect(await wrongPings(host, experiment, allPings(experiment).slice(0, 100))).toEqual([]);
  await host.ok('down', ...ONE);
});

test('two experiments cannot have the same directory, nor one two of them', async () => {
  await host.ok('up', '/tmp/line.xml', ...ONE);
  const neighbour = await host.cli('up', '/tmp/line.xml', '-e', 't-s/two', '--var', '/tmp/one');
  expect([neighbour.code, neighbour.stderr]).toEqual([1, expect.stringContaining('t-s/one')]);
  const elsewhere = await host.cli('up', '/tmp/line.xml', '-e', 't-s/one', '--var', '/tmp/two');
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('/tmp/one')]);
  const one = await readExperiment(host, 't-s/one', '/tmp/one');
  expect(await wrongPings(host, one, allPings(one))).toEqual([]);
  await host.ok('down', ...ONE);
});

test("what has a node's name on the host already is somebody else's, and stays", async () => {
  await host.must(['ip', 'netns', 'add', 't-s.one.r1']);
  const before = await host.snapshot();
  const { code, stderr } = await host.cli('up', '/tmp/line.xml', ...ONE);
  expect([code, stderr]).toEqual([1, expect.stringContaining('t-s.one.r1')]);
  await host.ok('down', ...ONE, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('down where there is nothing to take down is a success', async () => {
  const before = await host.snapshot();
  await host.ok('down', ...ONE);
  await host.ok('down');
  expect(await host.residue(before)).toEqual([]);
});

test('an interrupted up starts nothing new, says how to go on, and does', async () => {
  const before = await host.snapshot();
  const running = host.start(commandOf(['up', '/tmp/long.xml', ...ONE]));
  await until(
    async () => (await host.run(['sh', '-c', 'ls /run/netns/t-s.one.*'])).code === 0,
    'nothing is made',
    running,
  );
  await running.kill('program', 'SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect([code, `${stdout}${stderr}`]).toEqual([130, expect.stringMatching(/up \/tmp\/long\.xml[^]*down/)]);
  await host.ok('up', '/tmp/long.xml', ...ONE);
  await host.ok('down', ...ONE, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

/** The control-net addresses that a setup has written down. */
async function leasesOf(varDir: string): Promise<readonly string[]> {
  const topo = await host.read(`${varDir}/config/topo.xml`);
  return [...topo.matchAll(/192\.168\.1[45]\d\.\d+/g)].map(([address]) => address);
}

function mustSucceed(ended: Ended): void {
  if (ended.code !== 0) throw failed(['benito-pipeline'], ended);
}
