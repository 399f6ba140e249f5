import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ALICE,
  ATTACK,
  BOB,
  CAROL,
  HIDDEN,
  TEAM,
  USERS_AND_FILES,
  forgedConversation,
  typesOf,
} from './_guest-files.ts';
import { throwAwayHost } from './_host.ts';
import type { Host, Snapshot } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';
import { topdl } from './_topdl.ts';

const FILE = '/tmp/files.xml';
const NAMED = ['-e', 't-s/files', '--var', '/tmp/files'];
const SITE = '/etc/benito/site.yaml';
const UP = ['up', FILE, ...NAMED];

let host: Host;
let before: Snapshot;
let hiddenBefore: string;
let server: string;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['sh', '-c', USERS_AND_FILES]);
  const qemu = { 'containers:node_type': 'qemu' };
  await host.write(FILE, topdl({ guest: { on: ['lan'], attributes: qemu }, beside: { on: ['lan'] } }));
  await host.must(['mkdir', '/etc/benito']);
  hiddenBefore = await hidden();
  before = await host.snapshot();
  await host.write(SITE, 'accounts: [alice, bob]\n');
  await host.ok(...UP);
  await inGuest(`cat >/tmp/attack <<'END'\n${ATTACK}END\n`);
  server = (await inGuest('grep -m 1 " 9p " /etc/fstab | cut -d " " -f 1')).trim();
});
afterAll(() => host.close());

async function inGuest(script: string): Promise<string> {
  return (await host.ok('exec', '-e', 't-s/files', 'guest', '--', 'sh', '-c', script)).stdout;
}

/** The lines that a user of the guest's is answered with. */
async function as(user: string, script: string): Promise<readonly string[]> {
  return (await inGuest(`su ${user} -s /bin/sh -c '${script}' 2>&1; exit 0`)).trim().split('\n');
}

const octal = (hex: string): string =>
  hex.replace(/../g, (byte) => `\\${parseInt(byte, 16).toString(8).padStart(3, '0')}`);
const onHost = (script: string): Promise<string> => host.must(['sh', '-c', script]);

/** All of what is hidden, and where it lies. */
const hidden = (): Promise<string> =>
  onHost(
    `cd / && stat -c '%u %g %a %n' users/* proj/* && ls -ln users/carol proj/others && cat ${HIDDEN.join(' ')}`,
  );

test('accounts have their numbers and groups of the host; others are not there', async () => {
  const words = await inGuest('id alice; id bob; id carol 2>&1; exit 0');
  expect(words.split('\n').slice(0, 3)).toEqual([
    `uid=${ALICE}(alice) gid=${ALICE}(alice) groups=${ALICE}(alice),${TEAM}(g${TEAM})`,
    `uid=${BOB}(bob) gid=${BOB}(bob) groups=${BOB}(bob)`,
    'id: unknown user carol',
  ]);
});

test('each has his own rights, and those of his groups; owners are the same on both sides', async () => {
  const work =
    'cat secret; echo new >new; echo by alice >>/proj/team/ours; true >/proj/team/new; cat ../bob/secret; true >../no';
  expect(await as('alice', `cd && ${work}; chgrp ${TEAM} new; cat ../readable`)).toEqual([
    'of alice',
    expect.stringMatching(/bob\/secret.*Permission denied/),
    expect.stringMatching(/\.\.\/no: Permission denied/),
    'for all',
  ]);
  expect(await as('bob', 'cd && cat secret; true >new; cat /proj/team/ours; ls ../alice')).toEqual([
    'of bob',
    expect.stringMatching(/ours.*Permission denied/),
    expect.stringMatching(/alice.*Permission denied/),
  ]);
  const owners = 'stat -c "%u %g %a %n" users/* users/alice/* users/bob/* proj/* proj/team/*';
  expect(await inGuest('id -u; cat /proj/team/ours')).toBe('0\nof the team\nby alice\n');
  expect(await onHost(`cd / && ${owners}`)).toMatch(
    new RegExp(
      `^${ALICE} ${TEAM} 644 users/alice/new$[^]*^${BOB} ${BOB} 644 users/bob/new$[^]*^${ALICE} ${TEAM} 644 proj/team/new$`,
      'm',
    ),
  );
  const hers = `cd / && ${owners.replace('users/bob/*', '')}`;
  expect(await inGuest(hers)).toBe(await onHost(hers));
});

test('root is whom it could become, the first account', async () => {
  const words =
    'cd /users && cat alice/secret; true >alice/by-root; cat bob/secret; true >bob/by-root; ls bob; true >by-root';
  expect((await inGuest(`(${words}) 2>&1; exit 0`)).split('\n')[0]).toBe('of alice');
  expect(await onHost('cd /users && stat -c "%u %g" alice/by-root && ls bob . && rm alice/by-root')).toBe(
    `${ALICE} ${ALICE}\n.:\nalice\nbob\ncarol\ncarols\nreadable\nroots\n\nbob:\nnew\nsecret\n`,
  );
});

describe('what the accounts may not do, nobody can, whoever he says he is', () => {
  const strangers = [
    `carol:x:${CAROL}:${CAROL}::/:/bin/sh`,
    'made-up:x:12345:5000::/:/bin/sh',
    'other-root:x:0:0::/:/bin/sh',
    'daemon2:x:1:6::/:/bin/sh',
  ];
  const names = ['root', 'alice', 'bob', ...strangers.map((line) => line.split(':')[0]!)];

  test('users of the guest, of any number', async () => {
    await inGuest(`cat >>/etc/passwd <<'END'\n${strangers.join('\n')}\nEND\n`);
    const all = names.map((name) => `su ${name} -s /bin/sh -c 'busybox sh /tmp/attack /users /proj'`);
    expect((await inGuest(all.join('; '))).split('\n')).toEqual([
      ...[0, ALICE, BOB, CAROL, 12345, 0, 1].map((uid) => `tried as ${uid}`),
      '',
    ]);
    expect(await hidden()).toBe(hiddenBefore);
  });

  test('mounts of its own', async () => {
    const mounts = [
      ['carol', `access=any,uname=carol,dfltuid=${CAROL},dfltgid=${CAROL}`],
      ['carol', `access=${CAROL},uname=carol,dfltuid=${CAROL}`],
      ['carol', 'access=client,uname=root'],
      ['root', 'access=0,uname=root,dfltuid=0'],
      ['root', 'access=any,uname=bob,cache=loose'],
    ] as const;
    const script = mounts.map(
      ([user, options]) =>
        `for at in u:users p:proj; do mount -t 9p -o trans=tcp,port=564,version=9p2000.L,aname=/\${at#*:},${options} ${server} /tmp/\${at%:*} || exit 1; done
         su ${user} -s /bin/sh -c 'busybox sh /tmp/attack /tmp/u /tmp/p'; umount /tmp/u /tmp/p`,
    );
    const said = await inGuest(`mkdir /tmp/u /tmp/p; ${script.join('; ')}`);
    expect(said.match(/could .*/g)).toBeNull();
    expect(said.match(/tried as/g)).toHaveLength(mounts.length);
    expect(await hidden()).toBe(hiddenBefore);
  });

  test('other paths, and other dialects', async () => {
    const ways = [
      'aname=/',
      'aname=/users/carol',
      'aname=/users/..',
      'aname=/etc//////',
      'aname=/users,version=9p2000.u',
      'aname=/users,version=9p2000',
    ];
    const script = ways.map(
      (way) =>
        `mount -t 9p -o trans=tcp,port=564,version=9p2000.L,uname=root,access=any,${way} ${server} /tmp/u 2>/dev/null && echo "${way}: $(ls /tmp/u)"`,
    );
    expect(await inGuest(`${script.join('; ')}; exit 0`)).toBe('');
  });

  test('messages of its own making', async () => {
    const users: readonly (readonly [number, string])[] = [
      [CAROL, 'carol'],
      [0, 'root'],
      [0xffffffff, 'carol'],
      [12345, ''],
    ];
    for (const [uid, name] of users) {
      const bytes = forgedConversation(uid, name).map((hex) => octal(hex));
      const sent = bytes.map((one) => `printf '${one}'; sleep 0.1`).join('; ');
      const answer = await inGuest(`(${sent}; sleep 0.3) | nc ${server} 564 | hexdump -v -e '1/1 "%02x"'`);
      // Attached; the way to the first file ends at its folder, the second file is reached; neither is opened or read.
      expect(typesOf(Buffer.from(answer, 'hex'))).toEqual([101, 105, 111, 7, 7, 111, 7, 7]);
      expect(Buffer.from(answer, 'hex').toString('latin1')).not.toMatch(/of (carol|root)/);
    }
  });
});

test('devices, owners and special bits: what Alice may do on the host, and no more', async () => {
  const words = [
    'true >own && chmod 4755 own && chmod 2710 .',
    `chgrp ${TEAM} own && ln own linked && ln -s secret symbolic && mkfifo pipe`,
    `chown ${BOB} own`,
    'mknod null c 1 3',
  ];
  expect(await as('alice', `cd /users/alice; ${words.join('; ')}`)).toEqual([
    expect.stringMatching(/chown.*own.*not permitted/),
    expect.stringMatching(/mknod.*null.*not permitted/),
  ]);
  expect(
    await onHost(
      'cd /users/alice && stat -c "%u %g %a %h %F %n" own symbolic pipe && rm own linked symbolic pipe',
    ),
  ).toBe(
    `${ALICE} ${TEAM} 755 2 regular empty file own\n${ALICE} ${ALICE} 777 1 symbolic link symbolic\n${ALICE} ${ALICE} 644 1 fifo pipe\n`,
  );
});

test('write, append, truncate, rename and remove come out right on the other side', async () => {
  const words = [
    'mkdir work && cd work && printf "one two three" >a && printf " four" >>a',
    'printf TWO | dd of=a bs=1 seek=4 conv=notrunc 2>/dev/null && truncate -s 15 a && echo old >old && mv a old',
    'mkdir -p deep/er && echo x >deep/er/x && mv deep/er deeper && rmdir deep && true >gone && rm gone',
    'dd if=/dev/zero of=holes bs=1 count=1 seek=100000 2>/dev/null && ls',
  ];
  expect(await as('alice', `cd && ${words.join(' && ')}`)).toEqual(['deeper', 'holes', 'old']);
  expect(await onHost('cd /users/alice/work && cat old deeper/x && stat -c %s holes')).toBe(
    'one TWO three fx\n100001\n',
  );
  await onHost(
    'cd /users/alice/work && echo " from the host" >>old && truncate -s 7 holes && mv deeper away',
  );
  expect(await as('alice', 'cd ~/work && cat old && stat -c %s holes && ls')).toEqual([
    'one TWO three f from the host',
    '7',
    'away',
    'holes',
    'old',
  ]);
  await onHost('rm -r /users/alice/work');
});

// The sizes that count, 200 MB and 10,000 files, are file_systems.test.ts's: an emulated guest takes minutes for them.
test('a large file is the same from both sides', async () => {
  await onHost('cd /users/alice && head -c 20000000 /dev/urandom >large && chown alice large');
  const [read] = await as(
    'alice',
    'cd && dd if=large of=copy bs=64k 2>/dev/null && dd if=copy bs=64k 2>/dev/null | md5sum',
  );
  const sums = await onHost(
    'cd /users/alice && md5sum <large && md5sum <copy && stat -c %s copy && rm large copy',
  );
  expect(sums).toBe(`${read}\n${read}\n20000000\n`);
});

test('many names, and many small files, are the same from both sides', async () => {
  const make = 'seq 1 10000 | split -l 1 -a 4 - made/ && cd made && tar -cf ../made.tar $(ls | head -n 100)';
  await onHost(`cd /users/alice && mkdir made && ${make} && cd .. && chown -R alice made made.tar`);
  const [names, read] = await as(
    'alice',
    'cd && ls made | md5sum && mkdir copies && cd copies && tar -xf ../made.tar && cat * | md5sum',
  );
  expect(await onHost('cd /users/alice && ls made | md5sum && seq 1 100 | md5sum')).toBe(
    `${names}\n${read}\n`,
  );
  expect(
    await onHost('cd /users/alice/copies && cat * | md5sum && ls | wc -l && stat -c %u * | sort -u'),
  ).toBe(`${read}\n100\n${ALICE}\n`);
  await onHost('cd /users/alice && rm -r made made.tar copies');
});

test('a guest that is trusted has a root that is root, from when the site says so, without being started again', async () => {
  const boot = 'cat /proc/sys/kernel/random/boot_id';
  const earlier = await inGuest(boot);
  await host.write(SITE, 'accounts: [alice, bob]\nfile_systems:\n  trust_guests: true\n');
  await host.ok(...UP);
  expect(await inGuest(boot)).toBe(earlier);
  const words = `cat users/roots proj/others/secret; true >users/bob/by-root; chown ${BOB}:${BOB} users/bob/by-root; chmod 4700 users/bob/by-root`;
  expect(await inGuest(`cd / && ${words}`)).toBe('of root\nof others\n');
  expect(await onHost('stat -c "%u %g %a" /users/bob/by-root')).toBe(`${BOB} ${BOB} 4700\n`);
  expect(await as('bob', 'cat ~/secret /proj/team/ours')).toEqual([
    'of bob',
    expect.stringMatching(/ours.*Permission denied/),
  ]);
  await host.write(SITE, '{}\n');
  await host.ok(...UP);
  expect(await inGuest('cat /users/readable; cat /users/alice/secret 2>/dev/null; exit 0')).toBe('for all\n');
});

test('down leaves nothing', async () => {
  await host.ok('down', '--purge', ...NAMED);
  await onHost(`rm -rf /users/*/new /proj/team/new /users/bob/by-root ${SITE}`);
  expect(await host.residue(before)).toEqual([]);
});
