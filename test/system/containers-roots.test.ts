import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rootOfContainers } from './_images.ts';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { topdl } from './_topdl.ts';

const FILE = '/tmp/roots.xml';
const NAMED = ['-e', 't-s/roots', '--var', '/tmp/roots'];
const CACHE = '/var/cache/benito-pipeline/images';

let host: Host;
beforeAll(async () => {
  const root = await rootOfContainers();
  host = await throwAwayHost({ images: 'shared' });
  // A root without an SSH server, as a user may have it: a few programs with their libraries, and no more.
  await host.must(['sh', '-c', MAKE_ROOTS, 'sh', root]);
});
afterAll(async () => {
  // The cache is this machine's own: what only this test can have made goes.
  await host.must(['sh', '-c', CLEAR_CACHE]);
  await host.close();
});

const CLEAR_CACHE = `
  for one in ${CACHE}/oci-user-*; do [ ! -s "$one/rootfs/made" ] || rm -r "$one"; done
  for note in ${CACHE}/sources/*; do [ -e "$(tail -n 1 "$note")" ] || rm -f "$note"; done`;

const MAKE_ROOTS = `
  set -e
  mkdir -p /tmp/own/bin /tmp/own/etc /tmp/templates /tmp/empty
  for name in dash cat ping ls hostname mkdir chmod grep sleep; do
    cp "$1/bin/$name" /tmp/own/bin
    for library in $(chroot "$1" ldd "/bin/$name" | grep -o '/lib[^ ]*'); do
      mkdir -p "/tmp/own\${library%/*}" && cp "$1$library" "/tmp/own$library"
    done
  done
  ln -s dash /tmp/own/bin/sh
  echo "made $$" >/tmp/own/made
  tar -C /tmp/own -czf /tmp/own.tar.gz .
  tar -C /tmp/own -cJf /tmp/templates/tiny-1.0.tar.xz .
  tar -C /tmp/templates -cf /tmp/rootless.tar .
  echo nonsense >/tmp/nonsense.tar
  echo old >/tmp/own/mark`;

test('a directory, a tarball and a template, each the root of a node', async () => {
  await write({
    d: { 'containers:oci_rootfs': '/tmp/own' },
    t: { 'containers:oci_rootfs': '/tmp/own.tar.gz' },
    v: { 'containers:openvz_template': 'tiny-1.0' },
  });
  await site('    template_dirs: /tmp/empty:/tmp/templates\n');
  const before = await host.snapshot();
  await host.ok('up', FILE, ...NAMED);
  expect(await inside('d', 'cat /mark; echo new >/mark; hostname')).toBe('old\nd\n');
  expect(await host.read('/tmp/own/mark')).toBe('old\n');
  for (const node of ['t', 'v'])
    expect(await inside(node, 'ls /; hostname')).toMatch(new RegExp(`bin\\n[^]*${node}\\n`));
  expect((await host.ok('ping', ...NAMED)).stdout).toContain('all reachable: 3 nodes');
  expect(await host.read('/tmp/roots/log/d/console.log')).toContain('no SSH server');

  // A tarball of other contents is another root: for those that are made from now on.
  const rootOf = (disk: string): Promise<string> =>
    host.must(['sh', '-c', `readlink /tmp/roots/containers/${disk}.own-*/lower`]);
  const first = await rootOf('t');
  expect(first).toMatch(new RegExp(`^${CACHE}/oci-user-[0-9a-f]{16}/rootfs\n$`));
  await host.must(['sh', '-c', 'echo more >/tmp/own/more && tar -C /tmp/own -czf /tmp/own.tar.gz .']);
  await host.ok('up', FILE, ...NAMED);
  expect(await rootOf('t')).toBe(first);
  await host.ok('down', ...NAMED);
  await host.ok('up', FILE, ...NAMED);
  expect(await inside('t', 'cat /more')).toBe('more\n');
  expect(await rootOf('t')).not.toBe(first);

  await host.ok('down', ...NAMED, '--purge');
  const left = (await host.residue(before)).filter((one) => !/\/tmp\/own/.test(one));
  expect(left).toEqual([]);
});

const WRONG: readonly (readonly [string, Record<string, string>, string])[] = [
  [
    'a path that is not there',
    { 'containers:oci_rootfs': '/tmp/none' },
    "the node 'x' has containers:oci_rootfs '/tmp/none'",
  ],
  ['a name that is not there', { 'containers:oci_rootfs': 'ubuntu' }, 'right is debian, or a path'],
  [
    'a file that is no tarball',
    { 'containers:oci_rootfs': '/tmp/nonsense.tar' },
    '/tmp/nonsense.tar cannot be unpacked',
  ],
  ['a tarball that is no root', { 'containers:oci_rootfs': '/tmp/rootless.tar' }, 'it has no bin/sh'],
  ['a directory that is no root', { 'containers:oci_rootfs': '/tmp/empty' }, 'it has no /bin/sh'],
  [
    'a template that is not there',
    { 'containers:openvz_template': 'centos' },
    "the node 'x' has containers:openvz_template 'centos'",
  ],
  [
    'a size that is none',
    { 'containers:openvz_diskspace': '2T' },
    "the node 'x' has containers:openvz_diskspace '2T'",
  ],
  ['a disk that holds nothing', { 'containers:openvz_diskspace': '1M' }, '16M or more'],
  [
    'a limit that is none',
    { 'containers:oci_memory': 'much' },
    "the node 'x' has containers:oci_memory 'much'",
  ],
  ['less than a node needs', { 'containers:oci_pids': '3' }, 'right is 16 or more'],
];

test.each(WRONG)('%s is refused, and nothing is left', async (_, attributes, message) => {
  await write({ x: attributes });
  const { code, stderr } = await host.cli('up', FILE, ...NAMED);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/\bx\b/);
  await host.ok('down', ...NAMED, '--purge');
});

test('where the site says so, the default root stands in for a template', async () => {
  await write({ x: { 'containers:openvz_template': 'centos' } });
  await site('    missing_template: default\n    rootfs: /tmp/own\n');
  const { stdout } = await host.ok('up', FILE, ...NAMED);
  expect(stdout).toContain('the template centos is nowhere here: the default root is in its place');
  expect(await inside('x', 'cat /mark')).toBe('old\n');
  await host.ok('down', ...NAMED, '--purge');
});

function write(nodes: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<void> {
  const all = Object.entries(nodes).map(([name, attributes]) => [
    name,
    { on: ['lan'], attributes: { 'containers:node_type': 'oci', ...attributes } },
  ]);
  return host.write(FILE, topdl(Object.fromEntries(all) as Parameters<typeof topdl>[0]));
}

function site(text: string): Promise<void> {
  return host.write('/etc/benito/site.yaml', `platforms:\n  oci:\n${text}`);
}

async function inside(node: string, script: string): Promise<string> {
  return (await host.ok('exec', ...NAMED, node, '--', 'sh', '-c', script)).stdout;
}
