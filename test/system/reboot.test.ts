import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { allPings, readExperiment, wrongPings } from './_experiment.ts';
import { ROOT, commandOf, throwAwayHost, until } from './_host.ts';
import type { Host } from './_host.ts';
import { reboot } from './_reboot.ts';
import { topdl } from './_topdl.ts';

const FULL = 't-r/booted';
const VAR = '/tmp/booted';
const FILE = '/tmp/booted.xml';
const NAMED = ['-e', FULL];
const UP = ['up', FILE, ...NAMED, '--var', VAR];

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write(
    FILE,
    topdl({
      a: { on: ['left'], attributes: { startup: 'echo life >>/tmp/lives' } },
      r: { on: ['left', 'right'] },
      b: { on: ['right'] },
      g: { on: ['left'], attributes: { 'containers:ghost': 'true' } },
    }),
  );
});
afterAll(() => host.close());

describe('after a reboot', () => {
  beforeEach(async () => {
    await host.ok(...UP);
    await host.must(['rm', '-f', '/tmp/lives']);
    await reboot(host);
  });

  test('status says first what is gone, and what brings it back', async () => {
    const { code, stdout } = await host.cli('status', ...NAMED);
    expect(stdout.split('\n')[0]).toMatch(
      /^t-r\/booted is gone: this host was started anew at \d{4}-\d\d-\d\d \d\d:\d\d, and 3 of 3 nodes went with it$/,
    );
    expect(stdout).toContain(`benito-pipeline run launch -e ${FULL}\n`);
    expect(stdout).toContain(`benito-pipeline up EXPERIMENT -e ${FULL}\n`);
    expect(code).toBe(1);
    expect(JSON.parse((await host.cli('status', ...NAMED, '--json')).stdout)).toMatchObject({
      state: 'rebooted',
    });
    expect((await host.ok('list')).stdout).toContain('gone after a reboot');
  });

  test('nothing is taken for alive', async () => {
    expect((await host.cli('exec', 'a', ...NAMED, '--', 'true')).stderr).toContain(
      `a is not running: this host was started anew since ${FULL} came up`,
    );
    expect((await host.cli('ping', ...NAMED)).code).toBe(1);
    expect((await host.cli('wait', 'a', ...NAMED)).stderr).toContain(
      'a went when this host was started anew',
    );
  });

  test.each([['run', 'launch', ...NAMED], UP])('%s brings all of it back', async (...command) => {
    await host.ok(...command);
    expect(await states()).toEqual({ a: 'running', r: 'running', b: 'running', g: 'ghost' });
    const { nodes, owners } = await readExperiment(host, FULL, VAR);
    const experiment = { nodes: nodes.filter(({ name }) => name !== 'g'), owners };
    expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
    await until(
      async () => (await host.run(['test', '-e', '/tmp/lives'])).code === 0,
      'no start command ran',
    );
    expect(await host.read('/tmp/lives')).toBe('life\n');
    expect((await host.ok(...UP)).stdout).toContain('nothing to do');
  });

  test('start brings one node back, and up the rest', async () => {
    await host.ok('start', 'b', ...NAMED);
    expect(await states()).toMatchObject({ b: 'running', a: 'dead', r: 'dead' });
    await host.ok(...UP);
    expect(await states()).toMatchObject({ a: 'running', r: 'running', b: 'running' });
  });

  test('a node that was stopped before comes back with the others', async () => {
    await host.ok(...UP);
    await host.ok('stop', 'b', ...NAMED);
    await reboot(host);
    await host.ok('run', 'launch', ...NAMED);
    expect(await states()).toMatchObject({ b: 'running' });
  });
});

describe('the systemd unit', () => {
  const UNIT = 'config/systemd/benito-pipeline@.service';
  /** What systemd would run: the unit's own words, with the instance put in. */
  const lineOf = async (key: string): Promise<readonly string[]> => {
    const [, line = ''] = new RegExp(`^${key}=-?(.*)$`, 'm').exec(await host.read(`${ROOT}/${UNIT}`)) ?? [];
    return line.replaceAll('%I', FULL).replace(' $LAUNCH_OPTIONS', '').split(' ');
  };

  test('is one, as systemd sees it, for the instance that systemd-escape makes of a name', async () => {
    await host.must(['ln', '-s', `${ROOT}/engine/cli/benito-pipeline.js`, '/usr/local/bin/benito-pipeline']);
    const instance = await host.must(['systemd-escape', '--template=benito-pipeline@.service', FULL]);
    const path = `/tmp/units/${instance.trim()}`;
    await host.must(['sh', '-c', 'mkdir /tmp/units && cp "$1" "$2"', 'sh', `${ROOT}/${UNIT}`, path]);
    expect(await host.run(['systemd-analyze', 'verify', path])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('stops every node and destroys nothing; starts them after a reboot', async () => {
    await host.ok(...UP);
    await host.must(await lineOf('ExecStop'));
    expect(await states()).toEqual({ a: 'stopped', r: 'stopped', b: 'stopped', g: 'ghost' });
    await reboot(host);
    await host.must(await lineOf('ExecStart'));
    expect(await states()).toEqual({ a: 'running', r: 'running', b: 'running', g: 'ghost' });
  });
});

test('a reboot in the midst of an up is mended by the next one', async () => {
  await host.ok('down', ...NAMED, '--purge');
  for (const part of ['process switch-', 'netns ', 'tap ', 'process node-']) {
    const running = host.start(['setsid', ...commandOf(UP)]);
    await until(
      async () =>
        (await host.run(['grep', '-q', `"done","id":"${part}`, `${VAR}/journal/journal.jsonl`])).code === 0,
      `no ${part} is made`,
    );
    await running.kill('group');
    await running.ended;
    await reboot(host);
    expect((await host.cli('status', ...NAMED)).stdout).toMatch(/this host was started anew|is not up/);
    await host.ok(...UP);
    expect(await states()).toMatchObject({ a: 'running', r: 'running', b: 'running' });
    expect((await host.ok(...UP)).stdout).toContain('nothing to do');
    await host.ok('down', ...NAMED, '--purge');
  }
});

test('down after a reboot leaves nothing behind', async () => {
  await reboot(host);
  const before = await host.snapshot();
  await host.ok(...UP);
  await reboot(host);
  await host.ok('down', ...NAMED, '--purge');
  const left = await host.residue(before);
  expect(left.filter((line) => !/boot_id|\/tmp\/lives/.test(line))).toEqual([]);
  expect((await host.ok('list')).stdout).toBe('no experiments on this host\n');
});

async function states(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await host.cli('status', ...NAMED, '--json');
  const { nodes } = JSON.parse(stdout) as { nodes: readonly { name: string; state: string }[] };
  return Object.fromEntries(nodes.map(({ name, state }) => [name, state]));
}
