import { expect } from '@jest/globals';
import { parse } from 'yaml';
import { experimentFact } from '../../engine/config/experiment.ts';
import type { FileSystems } from '../../engine/model/file-systems.ts';
import { ROOT, throwAwayHost } from './_host.ts';
import type { Ended, Host } from './_host.ts';
import { topdl } from './_topdl.ts';

export const NAMED = ['-e', 't-fs/files', '--var', '/tmp/files'];
export const UP = ['up', '/tmp/files.xml', ...NAMED, '--stages', '/tmp/blind'];
const CLIENT = `${ROOT}/test/system/client-9p.py`;
const ID = experimentFact('t-fs', 'files', '/tmp/files').id;

/** Users of the host. Alice and Bob have accounts in the guests, Eve has not; the project is Alice's and Eve's. */
export const ALICE = 4001;
export const BOB = 4002;
export const EVE = 4003;
export const PROJECT = 4100;
export const NOBODY = 65534;

/** For the 9P client: a name and its arguments. */
export type Operation = readonly (string | number)[];
export type Answer = unknown;

export interface Guest {
  readonly node: string;
  readonly address: string;
}

/** The server's address, and the nodes that it serves, since `plugGuests`. */
export let server = '';
export let guests: readonly Guest[] = [];
let host: Host;

/** A throw-away host with users, files, a platform that sees nothing of them, and an experiment with two nodes of it. */
export async function hostWithFiles(): Promise<Host> {
  host = await throwAwayHost();
  await host.write('/tmp/blind/setup/blind/_platform.ts', PLATFORM);
  const blind = { on: ['lan'], attributes: { 'containers:node_type': 'blind' } };
  await host.write('/tmp/files.xml', topdl({ one: blind, two: blind, seeing: { on: ['lan'] } }));
  await host.must(['sh', '-c', USERS]);
  await host.must(['sh', '-c', FILES]);
  return host;
}

/** The site's settings: of file systems, but for `accounts`. */
export async function site(settings: Readonly<Record<string, string>>): Promise<void> {
  const { accounts = '[]', ...rest } = settings;
  const lines = Object.entries(rest).map(([key, value]) => `  ${key}: ${value}\n`);
  const text = lines.length > 0 ? `file_systems:\n${lines.join('')}` : '';
  await host.write('/etc/benito/site.yaml', `accounts: ${accounts}\n${text}`);
}

/** Gives each guest a namespace with its lease, plugged into the control bridge as a machine would be. */
export async function plugGuests(): Promise<void> {
  const text = await host.read('/tmp/files/config/file_systems.yaml');
  const [first] = (parse(text) as FileSystems).servers;
  server = first!.address;
  guests = first!.clients;
  expect(guests.map(({ node }) => node)).toEqual(['one', 'two']);
  for (const { node, address } of guests) {
    await host.must(['sh', '-ec', PLUG, 'sh', node, `benito-${ID}`, `${address}/20`]);
  }
}

export async function down(...more: readonly string[]): Promise<void> {
  for (const { node } of guests) await host.must(['ip', 'netns', 'delete', node]);
  await host.ok('down', ...NAMED, ...more);
}

/** What the server answers to a guest. */
export async function ask(...operations: readonly Operation[]): Promise<readonly Answer[]> {
  const { stdout, stderr } = await requestFrom(guests[0]!, operations);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}

export function requestFrom(guest: Guest, operations: readonly Operation[], source?: string): Promise<Ended> {
  return request(operations, ['ip', 'netns', 'exec', guest.node], source);
}

export function request(
  operations: readonly Operation[],
  prefix: readonly string[],
  source?: string,
): Promise<Ended> {
  const argv = [...prefix, 'python3', '-B', CLIENT, server, '564', ...(source === undefined ? [] : [source])];
  return host.run(argv, { input: JSON.stringify(operations) });
}

export function inGuest(guest: Guest, argv: readonly string[]): Promise<string> {
  return host.must(['ip', 'netns', 'exec', guest.node, ...argv]);
}

export async function serverProcesses(program: string): Promise<readonly string[]> {
  const find =
    'for pid in $(cat "$1"); do read -r first _ <<E\n$(tr "\\0" " " </proc/$pid/cmdline)\nE\n[ "$first" = "$2" ] && echo $pid; done; :';
  const [cgroup] = (
    await host.must(['find', '/sys/fs/cgroup', '-path', `*${ID}*file-server*`, '-name', 'cgroup.procs'])
  ).split('\n');
  return (await host.must(['sh', '-c', find, 'sh', cgroup!, program])).split('\n').filter(Boolean);
}

const PLATFORM = `
import { definePlatform } from 'benito-pipeline';
export default definePlatform({ summary: 'sees nothing of the host', controlNet: true, hostFiles: '9p' });
`;

const USERS = `
cat >>/etc/passwd <<E
alice:x:${ALICE}:${ALICE}::/users/alice:/bin/sh
bob:x:${BOB}:${BOB}::/users/bob:/bin/sh
eve:x:${EVE}:${EVE}::/users/eve:/bin/sh
E
cat >>/etc/group <<E
alice:x:${ALICE}:
bob:x:${BOB}:
eve:x:${EVE}:
project:x:${PROJECT}:alice,eve
E
`;

/** /users and /proj, each a file system as diod needs it; the host has no /groups and no /share. */
const FILES = `
set -e
mkdir /users /proj
mount -t tmpfs -o mode=755 files /users
mount -t tmpfs -o mode=755 files /proj
mkdir -p /users/alice /users/bob /users/eve /users/open /proj/p
echo 'of Alice' >/users/alice/secret
echo 'of Bob' >/users/bob/secret
echo 'for root' >/users/for-root
echo 'for all to read' >/users/readable
echo 'of the project' >/proj/p/ours
chown -R ${ALICE}:${ALICE} /users/alice
chown -R ${BOB}:${BOB} /users/bob
chown -R ${EVE}:${EVE} /users/eve
chown ${EVE}:${PROJECT} /users/readable
chown -R 0:${PROJECT} /proj/p
chmod 700 /users/alice /users/bob /users/eve
chmod 1777 /users/open
chmod 600 /users/for-root
chmod 644 /users/readable
chmod 2770 /proj/p
chmod 660 /proj/p/ours
`;

const PLUG = `
ip netns delete "$1" 2>/dev/null || : # of a test that failed
ip netns add "$1"
ip link add "port-$1" type veth peer name eth0 netns "$1"
ip link set "port-$1" master "$2" up
ip -n "$1" address add "$3" dev eth0
ip -n "$1" link set eth0 up
`;
