import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { testBoss } from './_boss.ts';
import type { TestBoss } from './_boss.ts';
import { commandOf, failed, throwAwayHost, until } from './_host.ts';
import type { Ended, Host, Snapshot } from './_host.ts';
import { line, topdl } from './_topdl.ts';

const FILE = '/tmp/line.xml';
const ONE = ['-e', 't-s/one', '--var', '/tmp/one'];
const TWO = ['-e', 't-s/two', '--var', '/tmp/two'];
const UP = ['up', FILE, ...ONE];
const SETUP = ['run', 'setup', FILE, ...ONE];
const DOWN = ['down', ...ONE, '--purge'];
/** The pnode has an address of the control net, whatever its nodes are. */
const GIVEN = { 't-s/one': { 'pnode-0000': '10.99.0.1' } };

let host: Host;
let boss: TestBoss;
let before: Snapshot;

describe('a boss over XML-RPC', () => {
  beforeAll(async () => {
    host = await throwAwayHost();
    await host.write(FILE, topdl(line(2)));
    boss = await testBoss(host);
    before = await host.snapshot();
  });
  beforeEach(async () => {
    await boss.settings();
    await boss.next({});
    await boss.calls();
  });
  afterEach(() => host.cli(...DOWN)); // of a test that failed
  afterAll(() => host.close());

  test('gives, and gets back, with nothing left', async () => {
    await host.ok(...UP);
    expect([await boss.table(), await leasesOf('/tmp/one')]).toEqual([GIVEN, ['10.99.0.1']]);
    expect(await boss.calls()).toEqual(['benito.claim']);
    await host.ok(...UP);
    expect(await boss.table()).toEqual(GIVEN);
    await host.ok(...DOWN);
    expect(await boss.table()).toEqual({});
    expect(await residue()).toEqual([]);
  });

  test('two experiments at once get different leases, and each gives back its own', async () => {
    const both = [host.cli(...SETUP), host.cli('run', 'setup', FILE, ...TWO)];
    for (const ended of await Promise.all(both)) mustSucceed(ended);
    const given = [...(await leasesOf('/tmp/one')), ...(await leasesOf('/tmp/two'))];
    expect([...given].sort()).toEqual(['10.99.0.1', '10.99.0.2']);
    await host.ok(...DOWN);
    expect(Object.keys(await boss.table())).toEqual(['t-s/two']);
    await host.ok('down', ...TWO, '--purge');
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  });

  test('that does not run fails the run, which leaves nothing', async () => {
    await boss.stop();
    await refused(SETUP, 'boss at https://127.0.0.1:3069/boss does not answer', 'ECONNREFUSED', '3 times');
    await boss.start();
    await leftNothing();
  });

  test('that fails for a while is asked again', async () => {
    await boss.next({ 'benito.claim': ['status:503', 'drop'], 'benito.release': ['close', 'drop'] });
    await host.ok(...SETUP);
    expect(await boss.calls()).toEqual(['benito.claim', 'benito.claim', 'benito.claim']);
    expect(await boss.table()).toEqual(GIVEN);
    await host.ok(...DOWN);
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  });

  test('that is too slow is told, and what it gave too late is given back', async () => {
    await boss.settings({ timeout_seconds: 1, retries: 1 });
    await boss.next({ 'benito.claim': ['late:4', 'late:4'], 'benito.list': ['hold:4'] });
    await refused(SETUP, 'did not answer within 1 s', '2 times', 'timeout_seconds');
    // Its answer was not heard, so the experiment is still known, and down knows what to give back.
    await host.ok(...DOWN);
    await until(async () => (await boss.calls(), await isQuiet()), 'boss is not through');
    // Calls that were under way all that time have been overtaken: they must not be carried out any more.
    await host.must(['sleep', '5']);
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  });

  test.each([
    ['no longer has addresses', 'fault:102:all 254 are given', ['has no address left', 'all 254 are given']],
    ['refuses', 'fault:101:not on Sundays', ['refuses: not on Sundays', 'benito.claim']],
    ['does not know the experiment', 'fault:103:who?', ['does not know the experiment', '-e PROJECT/NAME']],
    ['has a fault of its own', 'fault:1:division by zero', ['failed: division by zero', 'fault 1']],
    ['serves something else', 'status:404', ['serves no XML-RPC', 'HTTP status 404']],
  ])('that %s is not asked twice, and nothing is left', async (_what, how, words) => {
    await boss.next({ 'benito.claim': [how] });
    await refused(SETUP, ...words);
    expect(await boss.calls()).toEqual(['benito.claim']);
    await leftNothing();
  });

  test.each([
    ['HTML', 'body:<html><p>hello</p></html>', ['no XML-RPC', '<html>']],
    ['no lease for a node', 'answer:[]', ['benito.claim', 'no lease for pnode-0000']],
    ['another thing', 'answer:{"node": "x"}', ['benito.claim', 'expected array']],
    ['a wrong field', `answer:${lease({ mac: 'nope' })}`, ['[0].mac: a MAC']],
    ['a wrong address', `answer:${lease({ address: '10.99.0' })}`, ['[0].address: an IPv4 address']],
    [
      'an address elsewhere',
      `answer:${lease({ address: '10.0.1.1' })}`,
      ['10.99.0.0/24', 'control_net.pool'],
    ],
    ['a net that is wider', `answer:${lease({ prefix: 8 })}`, ['10.99.0.1/8', 'control_net.pool']],
    [
      'one lease twice',
      `answer:[${lease().slice(1, -1)},${lease({ node: 'x' }).slice(1, -1)}]`,
      ['is there twice'],
    ],
  ])('that answers %s is told where, and what it gave goes back', async (_what, how, words) => {
    await boss.next({ 'benito.claim': [how] });
    await refused(SETUP, ...words);
    await leftNothing();
  });

  test('certificates are checked from both sides', async () => {
    await boss.settings({ ca: '/tmp/boss/stranger.crt' });
    await refused(SETUP, 'shows a certificate that is not to be believed', '/tmp/boss/stranger.crt');
    await boss.settings({ url: 'https://localhost:3069/boss' });
    await refused(SETUP, 'shows a certificate that is not to be believed', 'localhost');
    await boss.settings({ certificate: '/tmp/boss/outsider.crt', key: '/tmp/boss/outsider.key' });
    await refused(SETUP, 'does not accept our certificate /tmp/boss/outsider.crt');
    await boss.settings({ key: '/tmp/boss/outsider.key' });
    await refused(SETUP, 'setting control_net.xmlrpc.key: /tmp/boss/outsider.key is of no use');
    await boss.settings({ ca: '/tmp/boss/none.crt' });
    await refused(SETUP, 'setting control_net.xmlrpc.ca: /tmp/boss/none.crt is of no use');
    await leftNothing();
    expect(await boss.calls()).toEqual([]);
  });

  test.each([
    ['up', [SETUP, DOWN]],
    ['down', [DOWN]],
  ])(
    'a kill between asking and hearing, then %s: boss has given no more and no less',
    async (_what, then) => {
      await boss.next({ 'benito.claim': ['hold:60'] });
      const asking = host.start(commandOf(SETUP));
      await until(async () => Object.keys(await boss.table()).length > 0, 'nothing is given', asking);
      await asking.kill('program');
      await asking.ended;
      for (const args of then) {
        await host.ok(...args);
        expect(await boss.table()).toEqual(args === DOWN ? {} : GIVEN);
      }
      expect(await residue()).toEqual([]);
    },
  );

  test('a kill between giving back and hearing: the next down ends it', async () => {
    await host.ok(...UP);
    await boss.next({ 'benito.release': ['hold:60'] });
    const leaving = host.start(commandOf(DOWN));
    await until(async () => Object.keys(await boss.table()).length === 0, 'nothing is given back', leaving);
    await leaving.kill('program');
    await leaving.ended;
    await host.ok(...DOWN);
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  });

  test('down without boss takes down all else, forgets no lease, and gives back when boss is there', async () => {
    await host.ok(...UP);
    await boss.stop();
    await refused(
      DOWN,
      'does not answer',
      'boss may still hold its leases: pnode-0000',
      'down --purge -e t-s/one',
    );
    expect((await host.must(['ip', 'netns', 'list'])).trim()).toBe('');
    await refused(DOWN, 'does not answer');
    await boss.start();
    // It has been started anew with an empty table; that it is told all the same is what counts.
    await host.ok(...DOWN);
    expect(await boss.calls()).toEqual(expect.arrayContaining(['benito.list', 'benito.release']));
    expect(await residue()).toEqual([]);
  });

  test('a boss that is gone for good can be given up', async () => {
    await host.ok(...UP);
    await boss.stop();
    const { stdout, stderr } = await host.ok(...DOWN, '--abandon-leases');
    expect(`${stdout}${stderr}`).toContain(
      'was not told that these leases are not used any more: pnode-0000',
    );
    expect(await residue()).toEqual([]);
    await boss.start();
  });

  test('leases go back to who gave them, whatever the settings say by then', async () => {
    await host.ok(...UP);
    await host.must(['rm', '/etc/benito/site.yaml']);
    await refused(
      UP,
      'holds leases of boss at https://127.0.0.1:3069/boss',
      'the embedded boss of this host',
    );
    expect(await boss.table()).toEqual(GIVEN);
    await host.write('/etc/benito/site.yaml', 'control_net: {boss: nobody}\n');
    await host.ok(...DOWN);
    expect(await boss.table()).toEqual({});
    await boss.settings();
    expect(await residue()).toEqual([]);
  });

  test('a dry run claims nothing: it ends where boss would have to give, and is whole once boss has', async () => {
    const first = (await host.ok('plan', FILE, ...ONE)).stdout;
    expect(first).toMatch(/setup\/12_routes/);
    expect(first).toContain('setup/15_control_net would claim leases for pnode-0000');
    expect(first).not.toMatch(/^setup\/18_topology/m);
    expect((await host.ok('check', FILE, ...ONE)).stdout).toMatch(
      /2 process[^]*routes: every node[^]*would claim/,
    );
    await refused(['plan', FILE, ...ONE, '--out', '/tmp/p'], 'not whole', 'run setup');
    expect([await boss.table(), await boss.calls()]).toEqual([
      {},
      ['benito.list', 'benito.list', 'benito.list'],
    ]);
    await host.ok(...SETUP);
    const second = (await host.ok('plan', FILE, ...ONE, '--out', '/tmp/p')).stdout;
    expect(second).toContain('from boss: pnode-0000 10.99.0.1');
    expect(second).toContain('launch/process/nodes');
    await host.ok('apply', '/tmp/p');
    await host.must(['rm', '/tmp/p']);
    await host.ok(...DOWN);
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  });
});

test.each([1])('whatever becomes of calls, no lease is lost or given twice (seed %d)', async (seed) => {
  host = await throwAwayHost();
  try {
    await host.write(FILE, topdl(line(2)));
    boss = await testBoss(host, { chaos: seed });
    await boss.settings({ timeout_seconds: 0.4, retries: 6 });
    // Three claims of an experiment rather than one.
    await host.write('/etc/benito/setup/14_more.ts', MORE);
    before = await host.snapshot();
    const succeeded = await Promise.all([ONE, TWO].map((named) => upAndDown(named)));
    expect(Math.max(...succeeded)).toBeGreaterThan(0);
    await host.must(['sleep', '2']); // calls that nobody waits for any more
    expect([await boss.table(), await residue()]).toEqual([{}, []]);
  } finally {
    await host.close();
  }
});

/**
 * Whenever a run has succeeded, what it thinks it holds is what boss has given it.
 * @returns how many have.
 */
async function upAndDown(named: readonly string[]): Promise<number> {
  const [, full, , varDir] = named;
  let succeeded = 0;
  for (let round = 0; round < 3; round += 1) {
    const { code } = await host.cli('run', 'setup', FILE, ...named);
    if (code === 0) {
      succeeded += 1;
      const given = (await boss.table())[full!] ?? {};
      expect([Object.keys(given).sort(), await leasesOf(varDir!)]).toEqual([
        ['a', 'b', 'pnode-0000'],
        [given['pnode-0000']],
      ]);
    }
    if (round % 2 === 0) await host.cli('down', ...named);
  }
  for (let tries = 0; ; tries += 1) {
    const ended = await host.cli('down', ...named, '--purge');
    if (ended.code === 0) return succeeded;
    if (tries === 10) throw failed(['benito-pipeline', 'down'], ended);
  }
}

const MORE = `
import { defineStage, skip } from 'benito-pipeline';
export default defineStage({
  summary: 'Claim some more',
  claims: () => [{ node: 'a' }, { node: 'b' }],
  plan: () => skip('the claims are all'),
});
`;

function lease(otherwise: Readonly<Record<string, unknown>> = {}): string {
  const one = { node: 'pnode-0000', address: '10.99.0.1', prefix: 24, mac: '06:00:0a:63:00:01' };
  return JSON.stringify([{ ...one, ...otherwise }]);
}

/** The control-net address that a setup has written down. */
async function leasesOf(varDir: string): Promise<readonly string[]> {
  return (await host.read(`${varDir}/config/topo.xml`)).match(/\b10\.99\.0\.\d+/g) ?? [];
}

async function refused(args: readonly string[], ...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await host.cli(...args);
  for (const word of words) expect(`${stderr}${stdout}`).toContain(word);
  expect(code).toBe(1);
}

/** The host does not know the experiment, and boss has given nothing; the journal of the attempt is for reading. */
async function leftNothing(): Promise<void> {
  expect((await host.ok('list')).stdout).not.toContain('t-s/one');
  expect(await boss.table()).toEqual({});
  await host.ok(...DOWN);
}

async function isQuiet(): Promise<boolean> {
  return (await host.run(['sh', '-c', 'ss -Htn state established | grep -q :3069'])).code !== 0;
}

/** What differs on the host, but what boss and its settings write. */
async function residue(): Promise<readonly string[]> {
  const lines = await host.residue(before);
  return lines.filter((text) => !/\/tmp\/boss\/|\/etc\/benito|processes: |namespaces: |sockets: /.test(text));
}

function mustSucceed(ended: Ended): void {
  if (ended.code !== 0) throw failed(['benito-pipeline'], ended);
}
