import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootOfContainers } from './_images.ts';
import { allPings, changed, identities, readExperiment, wrongPings } from './_experiment.ts';
import { commandOf, throwAwayHost, until } from './_host.ts';
import type { Ended, Host, Snapshot } from './_host.ts';
import { reboot } from './_reboot.ts';
import { topdl } from './_topdl.ts';

/** Four containers and a process node, on two LANs with a container as router. */
const FULL = 't-s/boxes';
const VAR = '/tmp/boxes';
const FILE = '/tmp/boxes.xml';
const NAMED = ['-e', FULL, '--var', VAR];
const type = (name: string): Record<string, string> => ({ 'containers:node_type': name });
const NODES = {
  a: {
    on: ['lan'],
    attributes: {
      ...type('oci'),
      'containers:oci_memory': '64',
      startup: 'echo "at $(hostname)"; echo x >/mark; exit 3',
    },
  },
  b: { on: ['lan'], attributes: { ...type('oci'), 'containers:oci_pids': '40' } },
  r: { on: ['lan', 'link0'], attributes: type('openvz') },
  d: {
    on: ['link0'],
    attributes: { ...type('openvz'), 'containers:openvz_diskspace': '32M', 'containers:oci_cpus': '0.25' },
  },
  p: { on: ['lan'], attributes: type('process') },
};
const CONTAINERS = ['a', 'b', 'r', 'd'];

/** RTM_DELLINK of the link INDEX in the network namespace of the id ID (IFLA_TARGET_NETNSID); prints the kernel's answer. */
const DELETE_LINK = `use Socket;
  my ($index, $id) = @ARGV;
  socket(my $s, 16, SOCK_RAW, 0) or die "socket: $!";
  my $body = pack('CxSlLL SSl', 0, 0, $index, 0, 0, 8, 46, $id);
  send($s, pack('LSSLL', 16 + length $body, 17, 5, 1, 0) . $body, 0) or die "send: $!";
  recv($s, my $answer, 8192, 0);
  print 'errno ', -unpack('l', substr $answer, 16, 4), "\\n";`;

let host: Host;
let before: Snapshot;
beforeAll(async () => {
  await rootOfContainers();
  host = await throwAwayHost({ images: 'shared' });
  await host.must(['mkdir', '-p', '/share/magi', '/users']);
  await host.write('/share/magi/hello', 'hello');
  await host.write(FILE, topdl(NODES));
  before = await host.snapshot();
  await host.ok('up', FILE, ...NAMED);
});
afterAll(() => host.close());

test('containers and process nodes reach each other, and a second up has nothing to do', async () => {
  const experiment = await readExperiment(host, FULL, VAR);
  expect(experiment.nodes).toHaveLength(5);
  expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 5 nodes');
  expect(await upAgain()).toEqual({ make: 0, change: 0, unmake: 0 });
});

describe('a way in', () => {
  test('exec, with words as they are, an exit status, and input', async () => {
    expect(
      (await host.cli('exec', ...NAMED, 'a', '--', 'sh', '-c', 'echo "$1"; exit 7', 'sh', "it's  so")).code,
    ).toBe(7);
    expect(await inside('a', 'hostname; id -un')).toBe('a\nroot\n');
  });

  test.each(CONTAINERS)('ssh into %s, over the control net', async (node) => {
    const { stdout } = await host.ok('ssh', ...NAMED, node, '--', 'hostname; ip -o -4 address show control0');
    expect(stdout).toMatch(new RegExp(`^${node}\\n.* inet 192\\.168\\.`));
  });

  test.each(['shell', 'console'])('%s, on a terminal', async (verb) => {
    const command = [...commandOf([verb]), '-e', FULL, 'a'].join(' ');
    const words = `(sleep 2; printf 'echo on the line of $(hostname); tty\\rexit\\r'; sleep 2) | script -qec "${command}" /dev/null`;
    const { stdout } = await host.run(['sh', '-c', words]);
    expect(stdout).toMatch(/\non the line of a\r\n\/dev\/pts\//);
  });
});

test('what the contract promises is in the node', async () => {
  const seen = await inside(
    'a',
    'cat /var/benito/config/pid_eid /var/benito/config/route/a /etc/hosts /share/magi/hello; ' +
      '/var/benito/launch/routes /var/benito/config && echo routed; ping -c 1 -w 5 d >/dev/null && echo named; ls -d /users /proj; true',
  );
  expect(seen).toMatch(/^t-s\nboxes\n/);
  expect(seen).toMatch(/a-lan a-0 a\n/);
  expect(seen).toContain('hellorouted\nnamed\n');
  expect(await host.read(`${VAR}/log/a/start_command.out`)).toBe('at a\n');
  expect(await host.read(`${VAR}/log/a/start_command.status`)).toBe('3\n');
});

describe('root in a container', () => {
  const refused = {
    'make a mount namespace': 'unshare --mount true',
    "write to the host's directories": 'echo x >/share/magi/by-a',
    'write to the config directory': 'echo x >/var/benito/config/pid_eid',
    'make a device': 'mknod /tmp/disk b 254 0',
    "set the host's sysctls": 'cp /proc/sys/kernel/panic /tmp/panic; cat /tmp/panic >/proc/sys/kernel/panic',
    'set the clock': 'date -s 2001-01-01 >/dev/null',
    'make a user namespace': 'unshare --user true',
    'make a network namespace': 'unshare --net true',
    'give the host another name': 'hostname other',
    'read the log of the kernel': 'dmesg',
    "write to the host's devices": 'echo x >/sys/class/net/lo/mtu',
  };
  const script = Object.values(refused)
    .map((command) => `(${command}) 2>&1 | tail -n 1`)
    .join('; ');

  test.each(['exec', 'ssh'])('may not touch the host: %s', async (verb) => {
    const words = verb === 'exec' ? ['sh', '-c', script] : [script];
    const { stdout } = await host.ok(verb, ...NAMED, 'b', '--', ...words);
    const said = stdout.trimEnd().split('\n');
    const allowed = Object.keys(refused).filter(
      (_, index) =>
        !/not permitted|Permission denied|Read-only file system|must be root/.test(said[index] ?? ''),
    );
    expect({ allowed, said }).toEqual({ allowed: [], said });
  });

  test('does as it likes with its own network', async () => {
    expect(
      await inside(
        'b',
        'ip link add x type bridge && ip address add 10.99.0.1/24 dev x && ip link delete x && echo 0 >/proc/sys/net/ipv4/ip_forward && echo done',
      ),
    ).toBe('done\n');
  });

  test('has no way into another network namespace: it has an id of none, and deletes no link of the host', async () => {
    const bridge = (await host.must(['sh', '-c', 'basename /sys/class/net/benito-*'])).trim();
    const index = (await host.must(['cat', `/sys/class/net/${bridge}/ifindex`])).trim();
    for (const node of CONTAINERS) {
      const netns = `t-s.boxes.${node}`;
      expect(await host.must(['ip', '-n', netns, '-details', 'link'])).not.toContain('link-netns');
      expect(await host.must(['ip', '-n', netns, 'netns', 'list-id'])).toBe('');
    }
    for (let id = 0; id < 3; id++) {
      const words = ['perl', '-e', DELETE_LINK, index, String(id)];
      const asked = await host.must(['ip', 'netns', 'exec', 't-s.boxes.b', ...words]);
      expect(asked).toBe('errno 22\n');
    }
    await host.must(['test', '-e', `/sys/class/net/${bridge}`]);
  });

  test('sees its own processes only', async () => {
    const seen = (await inside('b', 'exec ps -e -o comm=')).trim().split('\n');
    expect(new Set(seen)).toEqual(new Set(['catatonit', 'ps', 'sshd']));
  });
});

describe('limits', () => {
  test('who takes too much memory is killed, and nobody else', async () => {
    const living = await firsts();
    const hog = await run('a', 'x=$(head -c 200000000 /dev/zero | tr "\\\\0" x); echo "${#x}"');
    expect(hog.stdout).not.toContain('200000000');
    expect(hog.code).not.toBe(0);
    expect(await inside('b', 'x=$(head -c 100000000 /dev/zero | tr "\\\\0" x); echo "${#x}"')).toBe(
      '100000000\n',
    );
    expect((await host.ok('status', ...NAMED)).stdout).toContain('5 running');
    expect(changed(living.processes, (await firsts()).processes)).toEqual([]);
  });

  test('so it is over SSH', async () => {
    const hog = await host.cli(
      'ssh',
      ...NAMED,
      'a',
      '--',
      'x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo "${#x}"',
    );
    expect(hog.stdout).not.toContain('200000000');
  });

  test('processes', async () => {
    const many = 'for i in $(seq 60); do sleep 2 >/dev/null 2>&1 & done; wait';
    expect((await run('b', many)).stderr).toContain('fork');
    await until(async () => (await run('b', 'true')).code === 0, 'b does not come to itself');
    await inside('a', 'for i in $(seq 60); do sleep 0.1 & done; wait');
  });

  test('processor time', async () => {
    const spin = 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; read -r u s _ </proc/self/stat; times';
    await run('d', spin);
    const stat = await host.must([
      'sh',
      '-c',
      'cat /sys/fs/cgroup/cpu*/benito-pipeline/*/d/cpu.stat | grep nr_throttled',
    ]);
    expect(Number(stat.trim().split(' ')[1])).toBeGreaterThan(0);
  });
});

describe('a root of its own', () => {
  test('what one node writes, no other sees', async () => {
    await inside('a', 'echo mine >/etc/mine && rm /usr/bin/free');
    expect((await run('b', 'cat /etc/mine')).code).not.toBe(0);
    await inside('b', 'test -x /usr/bin/free');
    expect((await host.run(['test', '-e', '/etc/mine'])).code).not.toBe(0);
  });

  test('a full disk is full in one node only', async () => {
    const fill = 'dd if=/dev/zero of=/big bs=1M count=64 2>&1; df -Pm / | tail -n 1';
    expect((await run('d', fill)).stdout).toContain('No space left on device');
    expect((await run('r', fill)).stdout).not.toContain('No space left on device');
    await inside('d', 'rm /big');
    await inside('r', 'rm /big');
  });

  test('it lives through stop and start, and nobody else notices', async () => {
    await inside('d', 'echo kept >/root/kept');
    const then = await firsts();
    await host.ok('stop', ...NAMED, 'd');
    expect((await host.cli('exec', ...NAMED, 'd', '--', 'true')).stderr).toContain('d was stopped');
    await host.ok('start', ...NAMED, 'd');
    expect(await inside('d', 'cat /root/kept')).toBe('kept\n');
    expect(changed(then.processes, (await firsts()).processes)).toEqual([
      'container-d',
      'plug-d.control0',
      'plug-d.inf000',
    ]);
    expect((await host.ok('ssh', ...NAMED, 'd', '--', 'hostname')).stdout).toBe('d\n');
  });
});

test('a restart of the host leaves roots as they were', async () => {
  for (const node of ['a', 'd']) await inside(node, 'echo before >/root/before');
  await reboot(host);
  await host.ok('run', 'launch', '-e', FULL);
  for (const node of ['a', 'd']) expect(await inside(node, 'cat /root/before')).toBe('before\n');
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 5 nodes');
});

describe('what died comes back, and nothing else is touched', () => {
  const cases: readonly Case[] = [
    {
      name: "a container's first process",
      remove: () => kill('container-b'),
      processes: ['container-b', 'plug-b.control0', 'plug-b.inf000'],
    },
    { name: 'a plug', remove: () => kill('plug-a.inf000'), processes: ['plug-a.inf000'] },
    {
      name: 'a switch',
      remove: () => kill('switch-link0'),
      processes: ['plug-d.inf000', 'plug-r.inf001', 'switch-link0'],
    },
    { name: 'an address that root took away', remove: () => inside('a', 'ip address flush dev inf000') },
    {
      name: 'an interface on the control net',
      remove: () => inside('a', 'ip link delete control0'),
      processes: ['plug-a.control0'],
    },
    {
      name: 'the switch on the control net',
      remove: () => kill('oci-control-net'),
      processes: ['oci-control-net', ...[...CONTAINERS].sort().map((node) => `plug-${node}.control0`)],
    },
    {
      name: 'its interface in the control bridge',
      remove: () => host.must(['sh', '-c', 'ip link delete "$(basename /sys/class/net/bo*)"']),
      processes: ['oci-control-net', ...[...CONTAINERS].sort().map((node) => `plug-${node}.control0`)],
    },
    {
      name: 'all of a container',
      remove: () =>
        host.must(['sh', '-c', 'tee /sys/fs/cgroup/*/benito-pipeline/*/live/container-r/cgroup.kill'], {
          input: '1',
        }),
      processes: ['container-r', 'plug-r.control0', 'plug-r.inf000', 'plug-r.inf001'],
    },
    {
      name: 'a limit',
      remove: () =>
        host.must(['sh', '-c', 'tee /sys/fs/cgroup/*/benito-pipeline/*/b/pids.max'], { input: '999' }),
    },
  ];
  test.each(cases)('$name', async ({ remove, processes = [] }) => {
    const then = await firsts();
    await remove();
    await host.ok('up', FILE, ...NAMED);
    expect(changed(then.processes, (await firsts()).processes)).toEqual(processes);
    const experiment = await readExperiment(host, FULL, VAR);
    expect(await wrongPings(host, experiment, allPings(experiment))).toEqual([]);
    for (const node of CONTAINERS) await host.ok('ssh', ...NAMED, node, '--', 'true');
    expect(await upAgain()).toEqual({ make: 0, change: 0, unmake: 0 });
  });

  interface Case {
    readonly name: string;
    readonly remove: () => Promise<unknown>;
    readonly processes?: readonly string[];
  }
});

test('down leaves nothing: no cgroup, loop device, mount, interface or file', async () => {
  await host.ok('down', ...NAMED, '--purge');
  // Of the restart that the test has made believe.
  const left = (await host.residue(before)).filter((one) => !one.includes('boot_id'));
  expect(left).toEqual([]);
  expect(await host.must(['losetup', '--all'])).not.toContain('/tmp/boxes');
});

function run(node: string, script: string): Promise<Ended> {
  return host.cli('exec', ...NAMED, node, '--', 'sh', '-c', script);
}

async function inside(node: string, script: string): Promise<string> {
  return (await host.ok('exec', ...NAMED, node, '--', 'sh', '-c', script)).stdout;
}

/** The first process of each of the experiment's, and its links: who logs in to a container is in its cgroup, too. */
async function firsts(): Promise<{ readonly processes: Readonly<Record<string, string>> }> {
  const { processes } = await identities(host, FULL);
  return {
    processes: Object.fromEntries(Object.entries(processes).map(([name, all]) => [name, all.split(' ')[0]!])),
  };
}

/** How much a further `up` finds to do. */
async function upAgain(): Promise<unknown> {
  const { stdout } = await host.ok('up', FILE, ...NAMED, '--json');
  const events = stdout
    .split('\n')
    .filter((one) => one.startsWith('{'))
    .map((one) => JSON.parse(one) as { type: string; make: number; change: number; unmake: number });
  const { make, change, unmake } = events.find(({ type: what }) => what === 'delta')!;
  return { make, change, unmake };
}

async function kill(name: string): Promise<void> {
  const pid = (await identities(host, FULL)).processes[name]!.split('@')[0]!;
  await host.must(['kill', '-KILL', pid]);
  await until(
    async () => (await host.run(['test', '-e', `/proc/${pid}`])).code !== 0,
    `${name} does not die`,
  );
}
