import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ALICE,
  BOB,
  EVE,
  NAMED,
  NOBODY,
  PROJECT,
  UP,
  ask,
  down,
  guests,
  hostWithFiles,
  inGuest,
  plugGuests,
  request,
  requestFrom,
  server,
  serverProcesses,
  site,
} from './_file-guests.ts';
import type { Answer, Guest, Operation } from './_file-guests.ts';
import type { Host } from './_host.ts';
import { topdl } from './_topdl.ts';

let host: Host;
beforeAll(async () => {
  host = await hostWithFiles();
});
afterAll(() => host.close());

describe('with accounts', () => {
  beforeAll(async () => {
    await site({ accounts: '[alice, bob]' });
    await host.ok(...UP);
    await plugGuests();
  });

  test('an account has its own rights, and its groups', async () => {
    const answers = await ask(
      ['attach', 'alice', ALICE, '/users'],
      ['attach', 'project', ALICE, '/proj'],
      ['read', 'alice', 'alice/secret'],
      ['read', 'project', 'p/ours'],
      ['create', 'project', 'p/new', 'by Alice', 0o660, PROJECT],
      ['stat', 'project', 'p/new'],
      ['read', 'alice', 'bob/secret'],
      ['read', 'alice', 'for-root'],
      ['write', 'alice', 'readable', 'x'],
      ['chgrp', 'alice', 'alice/secret', PROJECT],
      ['chgrp', 'alice', 'alice/secret', EVE],
      ['chown', 'alice', 'alice/secret', BOB, BOB],
      ['chmod', 'alice', 'readable', 0o777],
      ['mknod', 'alice', 'alice/null', 0o20666, 1, 3],
    );
    expect(answers).toEqual([
      'attached',
      'attached',
      'of Alice\n',
      'of the project\n',
      'created',
      { mode: '0o660', uid: ALICE, gid: PROJECT, size: 8 },
      { errno: 'EACCES' },
      { errno: 'EACCES' },
      { errno: 'EACCES' },
      'set',
      { errno: 'EPERM' },
      { errno: 'EPERM' },
      { errno: 'EPERM' },
      { errno: 'EPERM' },
    ]);
    expect(await host.must(['stat', '-c', '%u %g %a', '/proj/p/new'])).toBe(`${ALICE} ${PROJECT} 660\n`);
  });

  test('owners and modes are those of the host, of strangers too', async () => {
    const [, ...stats] = await ask(
      ['attach', 'alice', ALICE, '/users'],
      ['stat', 'alice', 'bob/secret'],
      ['stat', 'alice', 'eve'],
      ['stat', 'alice', 'for-root'],
      ['stat', 'alice', 'readable'],
    );
    expect(stats).toEqual([
      { errno: 'EACCES' },
      expect.objectContaining({ uid: EVE, gid: EVE, mode: '0o700' }),
      expect.objectContaining({ uid: 0, gid: 0, mode: '0o600' }),
      expect.objectContaining({ uid: EVE, gid: PROJECT, mode: '0o644' }),
    ]);
  });

  test("the guest's root can do what the first account can, whatever it calls itself", async () => {
    for (const [uid, name] of [
      [0, ''],
      [0, 'root'],
      [0, 'eve'],
      [0xffffffff, 'root'],
      [0xffffffff, 'eve'],
    ] as const) {
      const answers = await ask(
        ['attach', 'root', uid, '/users', name],
        ['read', 'root', 'for-root'],
        ['read', 'root', 'bob/secret'],
        ['list', 'root', 'eve'],
        ['create', 'root', 'alice/by-root', ''],
        ['stat', 'root', 'alice/by-root'],
        ['remove', 'root', 'alice/by-root'],
        ['create', 'root', 'not-here', ''],
      );
      expect(answers).toEqual([
        'attached',
        { errno: 'EACCES' },
        { errno: 'EACCES' },
        { errno: 'EACCES' },
        'created',
        expect.objectContaining({ uid: ALICE, gid: ALICE }),
        'removed',
        { errno: 'EACCES' },
      ]);
    }
  });

  test('who has no account is nobody, and a forged group is worth nothing', async () => {
    const answers = await ask(
      ['attach', 'eve', EVE, '/users'],
      ['list', 'eve', 'eve'],
      ['read', 'eve', 'readable'],
      ['create', 'eve', 'open/by-eve', '', 0o644, EVE],
      ['stat', 'eve', 'open/by-eve'],
      ['attach', 'forger', EVE, '/proj'],
      ['create', 'forger', 'p/forged', '', 0o644, PROJECT],
      ['create', 'forger', 'p/ours', '', 0o644, PROJECT, 0],
      ['attach', 'bob', BOB, '/proj'],
      ['read', 'bob', 'p/ours'],
      ['create', 'bob', 'p/ours', '', 0o644, PROJECT, 0],
      ['attach', 'daemon', 1, '/users'],
      ['list', 'daemon', 'alice'],
    );
    expect(answers).toEqual([
      'attached',
      { errno: 'EACCES' },
      'for all to read\n',
      'created',
      expect.objectContaining({ uid: NOBODY, gid: NOBODY }),
      'attached',
      { errno: 'EACCES' },
      { errno: 'EACCES' },
      'attached',
      { errno: 'EACCES' },
      { errno: 'EACCES' },
      'attached',
      { errno: 'EACCES' },
    ]);
  });

  test('nothing but the exports is there: no other path, and no way by a symbolic link', async () => {
    const answers = await ask(
      // diod alone would attach these: it looks for a slash where an export ends, and at nothing before it.
      ['attach', 'other', ALICE, '/etc//////'],
      ['attach', 'other', ALICE, '/root//x'],
      ['attach', 'other', ALICE, '/users/..'],
      ['attach', 'other', ALICE, '/'],
      ['attach', 'other', ALICE, 'ctl'],
      ['attach', 'alice', ALICE, '/users'],
      ['symlink', 'alice', 'alice/way-out', '/tmp'],
      ['list', 'alice', 'alice/way-out'],
      ['list', 'alice', 'alice/../../tmp'],
      ['remove', 'alice', 'alice/way-out'],
    );
    const no = { errno: 'EPERM' };
    const absent = { errno: 'ENOENT' };
    expect(answers).toEqual([no, no, no, no, no, 'attached', 'made', absent, absent, 'removed']);
  });

  test("only this experiment's guests are served", async () => {
    const { stdout, code } = await request([['attach', 'alice', ALICE, '/users']], []);
    expect([code, JSON.parse(stdout)]).toEqual([0, [{ errno: 'ECONNRESET' }]]);
    await host.must(['ip', '-n', guests[0]!.node, 'address', 'add', '192.168.159.200/20', 'dev', 'eth0']);
    const from = await requestFrom(guests[0]!, [['attach', 'alice', ALICE, '/users']], '192.168.159.200');
    expect(JSON.parse(from.stdout)).not.toContain('attached');
    await host.must(['ip', '-n', guests[0]!.node, 'address', 'del', '192.168.159.200/20', 'dev', 'eth0']);
  });

  test('write, append, truncate and rename come out right on the other side', async () => {
    const answers = await ask(
      ['attach', 'alice', ALICE, '/users'],
      ['mkdir', 'alice', 'alice/work', 0o755],
      ['create', 'alice', 'alice/work/a', 'one two three'],
      ['write', 'alice', 'alice/work/a', 'TWO', 4],
      ['append', 'alice', 'alice/work/a', ' four'],
      ['truncate', 'alice', 'alice/work/a', 15],
      ['create', 'alice', 'alice/work/old', 'old'],
      ['rename', 'alice', 'alice/work/a', 'alice/work/old'],
      ['list', 'alice', 'alice/work'],
    );
    expect(answers.at(-1)).toEqual(['old']);
    expect(await host.read('/users/alice/work/old')).toBe('one TWO three f');
    await host.must(['sh', '-c', 'printf " from the host" >>/users/alice/work/old']);
    const [, seen] = await ask(['attach', 'a', ALICE, '/users'], ['read', 'a', 'alice/work/old']);
    expect(seen).toBe('one TWO three f from the host');
  });

  test('200 MB and 10,000 small files are the same from both sides', async () => {
    const [, large, again, , small, all] = await ask(
      ['attach', 'alice', ALICE, '/users'],
      ['fill', 'alice', 'alice/large', 200_000_000],
      ['digest', 'alice', 'alice/large'],
      ['mkdir', 'alice', 'alice/many', 0o755],
      ['many', 'alice', 'alice/many', 10_000],
      ['digest_all', 'alice', 'alice/many'],
    );
    expect(await host.must(['sha256sum', '/users/alice/large'])).toContain(String(large));
    expect(again).toBe(large);
    expect(all).toBe(small);
    const here = 'cd /users/alice/many && ls | wc -l && cat * | sha256sum && stat -c %u * | sort -u';
    expect(await host.must(['sh', '-c', here])).toBe(`10000\n${String(small)}  -\n${ALICE}\n`);
    await host.must(['rm', '-r', '/users/alice/large', '/users/alice/many']);
  });

  test('two guests and several users at once', async () => {
    const mine = async (guest: Guest, uid: number, path: string): Promise<readonly Answer[]> => {
      const reads = Array.from({ length: 50 }, (): Operation => ['read', 'me', path]);
      const all: readonly Operation[] = [['attach', 'me', uid, '/users'], ...reads];
      return JSON.parse((await requestFrom(guest, all)).stdout) as readonly Answer[];
    };
    const both = guests.flatMap((guest) => [
      mine(guest, ALICE, 'alice/secret'),
      mine(guest, BOB, 'bob/secret'),
    ]);
    const texts = (await Promise.all(both)).map(([, ...read]) => [...new Set(read)]);
    expect(texts).toEqual([['of Alice\n'], ['of Bob\n'], ['of Alice\n'], ['of Bob\n']]);
  });

  test('what is no 9P ends its connection, and nothing else', async () => {
    await inGuest(guests[0]!, ['python3', '-c', GARBAGE, server]);
    expect(await ask(['attach', 'alice', ALICE, '/users'])).toEqual(['attached']);
    await host.ok(...UP); // the server has not ended
    expect((await host.cli('status', ...NAMED)).code).toBe(0);
  });

  test.each(['node', '/diod'])('a killed %s is noticed, and up serves again', async (program) => {
    const pids = await serverProcesses(program);
    await host.must(['kill', '-KILL', pids[0]!]);
    expect((await host.cli('status', ...NAMED)).stdout).toContain('the 9P server');
    await host.ok(...UP);
    expect(await ask(['attach', 'alice', ALICE, '/users'])).toEqual(['attached']);
    expect((await host.ok(...UP)).stdout).toContain('nothing to do');
  });

  test('the processes that serve have no rights but those of their users', async () => {
    const look = 'for pid; do grep -E "^(Uid|CapEff|CapPrm|CapAmb):" /proc/$pid/status; done';
    const pids = [...(await serverProcesses('/diod')), ...(await serverProcesses('node'))];
    const lines = (await host.must(['sh', '-c', look, 'sh', ...pids])).split('\n').filter(Boolean);
    const capabilities = lines.filter((line) => line.startsWith('Cap')).map((line) => line.split('\t')[1]);
    expect(new Set(capabilities)).toEqual(new Set(['0000000000000000']));
    const users = lines.filter((line) => line.startsWith('Uid')).map((line) => Number(line.split('\t')[1]));
    expect(users.sort((a, b) => a - b)).toEqual([ALICE, BOB, NOBODY, NOBODY]);
  });

  test.each([ALICE, NOBODY])("a process of user %i of this host gets at nobody's server", async (uid) => {
    const pids = await serverProcesses('/diod');
    const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
    const { stdout } = await host.run([...user, '/usr/bin/python3', '-c', KNOCK, ...pids]);
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 9 }, () => 'EACCES'));
  });

  test('down leaves nothing but what guests wrote', async () => {
    await ask(['attach', 'alice', ALICE, '/groups'], ['create', 'alice', 'kept', 'by Alice']);
    await down();
    expect(await host.must(['ls', '/tmp/files/files'])).toBe('groups\n');
    expect(await host.read('/tmp/files/files/groups/kept')).toBe('by Alice');
    await host.must(['rm', '-r', '/tmp/files/files']);
    await host.ok('down', ...NAMED, '--purge');
  });
});

test('without accounts everybody is nobody, and a directory that the host has not is open to all', async () => {
  await site({});
  await host.cli('down', ...NAMED, '--purge'); // of a test that failed
  const before = await host.snapshot();
  await host.ok(...UP);
  await plugGuests();
  const answers = await ask(
    ['attach', 'alice', ALICE, '/users'],
    ['read', 'alice', 'alice/secret'],
    ['read', 'alice', 'readable'],
    ['attach', 'root', 0, '/share'],
    ['create', 'root', 'note', ''],
    ['stat', 'root', 'note'],
    ['remove', 'root', 'note'],
  );
  expect(answers).toEqual([
    'attached',
    { errno: 'EACCES' },
    'for all to read\n',
    'attached',
    'created',
    expect.objectContaining({ uid: NOBODY, gid: NOBODY }),
    'removed',
  ]);
  await down('--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('guests that are trusted have a root that is root, and users with their groups', async () => {
  await site({ trust_guests: 'true' });
  await host.ok(...UP);
  await plugGuests();
  const answers = await ask(
    ['attach', 'root', 0, '/users'],
    ['read', 'root', 'for-root'],
    ['create', 'root', 'bob/by-root', ''],
    ['chown', 'root', 'bob/by-root', BOB, BOB],
    ['stat', 'root', 'bob/by-root'],
    ['remove', 'root', 'bob/by-root'],
    ['attach', 'project', ALICE, '/proj'],
    ['read', 'project', 'p/ours'],
    ['symlink', 'root', 'way-out', '/tmp'],
    ['list', 'root', 'way-out'],
    ['remove', 'root', 'way-out'],
  );
  expect(answers).toEqual([
    'attached',
    'for root\n',
    'created',
    'set',
    expect.objectContaining({ uid: BOB, gid: BOB }),
    'removed',
    'attached',
    'of the project\n',
    'made',
    { errno: 'ENOENT' },
    'removed',
  ]);
  // Where root is on the same connection, diod leaves it to the guest to know who may do what.
  const alone = await ask(
    ['attach', 'alice', ALICE, '/users'],
    ['read', 'alice', 'bob/secret'],
    ['attach', 'project', ALICE, '/proj'],
    ['read', 'project', 'p/ours'],
  );
  expect(alone).toEqual(['attached', { errno: 'EACCES' }, 'attached', 'of the project\n']);
  await down('--purge');
});

test.each([
  [{ exports: '{ /proj: /no/such/place }' }, ['file_systems.exports./proj', '/no/such/place', 'one, two']],
  [{ accounts: '[mallory]' }, ['accounts', "'mallory'"]],
  [{ server: 'virtio' }, ['virtio', 'one, two', 'trust_guests']],
  [{ exports: '{ /etc/x: /tmp }' }, ['/etc', 'site.yaml:']],
  [{ accounts: '[root]' }, ['root', 'trust_guests', 'site.yaml:']],
])('check refuses %j', async (settings, words) => {
  await site(settings);
  const { code, stderr } = await host.cli('check', '/tmp/files.xml', ...NAMED, '--stages', '/tmp/blind');
  expect(code).not.toBe(0);
  for (const word of words) expect(stderr).toContain(word);
});

test('an experiment whose nodes see the files has no server, and asks for none', async () => {
  await site({ accounts: '[mallory]', exports: '{ /proj: /no/such/place }' });
  await host.write('/tmp/seeing.xml', topdl({ seeing: { on: ['lan'] }, too: { on: ['lan'] } }));
  const { stdout } = await host.ok('plan', '/tmp/seeing.xml', '-e', 't-fs/seeing', '--var', '/tmp/seeing');
  expect(stdout).not.toContain('file-server');
});

const GARBAGE = `
import socket, sys
for data in [b'GET / HTTP/1.0\\r\\n\\r\\n', b'\\xff' * 100, b'\\x07\\0\\0\\0\\x68\\1\\0', b'\\x05\\0\\0\\0\\x64', b'']:
    one = socket.create_connection((sys.argv[1], 564), 10)
    one.sendall(data)
    one.shutdown(socket.SHUT_WR)
    one.settimeout(10)
    assert one.recv(100) == b'', data
`;

/** Tries the sockets of all servers, as the roots of these processes show them. */
const KNOCK = `
import errno, json, socket, sys
def knock(path):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        return 'connected'
    except OSError as error:
        return errno.errorcode[error.errno]
users = [${[ALICE, BOB, NOBODY].join(', ')}]
print(json.dumps([knock('/proc/%s/root/run/%d/9p' % (pid, user)) for pid in sys.argv[1:] for user in users]))
`;
