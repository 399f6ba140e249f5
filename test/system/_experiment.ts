import { join } from 'node:path';
import { experimentFact } from '../../engine/config/experiment.ts';
import { attribute, computers } from '../../engine/model/queries.ts';
import { parseTopdl } from '../../engine/topdl/parse.ts';
import { ROOT } from './_host.ts';
import type { Host } from './_host.ts';

export interface Node {
  readonly name: string;
  /** Its named network namespace. */
  readonly netns: string;
  readonly interfaces: readonly Interface[];
  readonly routes: readonly Prefix[];
}

interface Interface {
  readonly name: string;
  readonly substrate: string;
  readonly address: string;
  readonly prefix: number;
  readonly switch: string;
  readonly port: number;
}

/** A route: undefined as `via` is unreachable, or, on an interface, delivered. */
interface Prefix {
  readonly base: number;
  readonly length: number;
  readonly via?: string;
}

/** An experiment as its config directory on a host has it, read without the code that wrote routes and hosts. */
export interface Experiment {
  readonly nodes: readonly Node[];
  readonly owners: ReadonlyMap<string, Node>;
}

/** Platforms whose nodes have network namespaces with names. */
const NETNS_PLATFORMS = ['process', 'oci', 'tap'];

/** Reads topo.xml and the route files. */
export async function readExperiment(host: Host, full: string, varDir: string): Promise<Experiment> {
  const config = join(varDir, 'config');
  const text = await host.read(`${config}/topo.xml`);
  const files = await host.must([
    'sh',
    '-c',
    'cd "$1" && for file in *; do echo "# $file"; cat "$file"; done',
    'sh',
    `${config}/route`,
  ]);
  const routes = new Map<string, Prefix[]>();
  let current: Prefix[] = [];
  for (const one of files.split('\n').filter(Boolean)) {
    const [first = '', second, third] = one.split(' ');
    if (first === '#') routes.set(second!, (current = []));
    else current.push(first === 'unreachable' ? prefixOf(second!) : { ...prefixOf(first), via: third! });
  }
  const nodes = computers(parseTopdl(text, 'topo.xml').topology)
    .filter((computer) => NETNS_PLATFORMS.includes(attribute(computer, 'containers:node_type')!))
    .map((computer): Node => ({
      name: computer.name,
      netns: `${full.replace('/', '.')}.${computer.name}`,
      interfaces: computer.interfaces
        .filter((one) => one.substrates[0] !== 'control_net')
        .map((one) => ({
          name: one.name,
          substrate: one.substrates[0]!,
          address: attribute(one, 'ip4_address')!,
          prefix: bitsOf(attribute(one, 'ip4_netmask')!),
          switch: attribute(one, 'benito:vde_switch')!,
          port: Number(attribute(one, 'benito:vde_port')),
        })),
      routes: routes.get(computer.name) ?? [],
    }));
  const owners = new Map(
    nodes.flatMap((node) => node.interfaces.map(({ address }) => [address, node] as const)),
  );
  return { nodes, owners };
}

/** How many nodes forward a packet on its way, by the route files. */
export function forwards(experiment: Experiment, from: Node, to: string): number {
  return Math.max(0, pathOf(experiment, from, to).length - 1);
}

/**
 * The interfaces that send a packet on its way, the first node's first, by the route files.
 * @throws where it is lost or goes round in a circle: that is what no test should see.
 */
export function pathOf({ nodes, owners }: Experiment, from: Node, to: string): readonly Interface[] {
  const trail = [from.name];
  const path: Interface[] = [];
  for (let at = from; ;) {
    if (at.interfaces.some(({ address }) => address === to)) return path;
    const here = at.interfaces.map(({ address, prefix }) => ({
      ...prefixOf(`${address}/${prefix}`),
      via: to,
    }));
    const best = [...here, ...at.routes]
      .filter((route) => covers(route, to))
      .sort((a, b) => b.length - a.length)[0];
    if (best?.via === undefined) throw new Error(`${trail.join(' -> ')} has no way to ${to}`);
    const { via } = best;
    path.push(
      at.interfaces.find(({ address, prefix }) => covers(prefixOf(`${address}/${prefix}`), via)) ??
        lost(trail, via),
    );
    at = owners.get(via) ?? lost(trail, via);
    trail.push(at.name);
    if (trail.length > nodes.length + 1) throw new Error(`in a circle to ${to}: ${trail.join(' -> ')}`);
  }
}

/** Nodes that substrates connect, in groups. */
export function components({ nodes }: Experiment): readonly (readonly Node[])[] {
  const root = new Map<string, string>();
  const find = (key: string): string => {
    const parent = root.get(key) ?? key;
    return parent === key ? key : find(parent);
  };
  for (const { name, interfaces } of nodes) {
    for (const { substrate } of interfaces) root.set(find(`node ${name}`), find(`substrate ${substrate}`));
  }
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = find(`node ${node.name}`);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()];
}

/** A ping: from an address of one node to an address of another. */
export interface Ping {
  readonly from: Node;
  readonly source: string;
  readonly to: Node;
  readonly destination: string;
}

/** Every node to every address of every other of its component; every address of a node is a source, too. */
export function allPings(experiment: Experiment): readonly Ping[] {
  return components(experiment).flatMap((group) =>
    group.flatMap((from) => group.filter((to) => to !== from).flatMap((to) => pingsBetween(from, to))),
  );
}

/** One to each address of `to`. */
export function pingsBetween(from: Node, to: Node): readonly Ping[] {
  const count = Math.max(from.interfaces.length, to.interfaces.length);
  return Array.from({ length: count }, (_, index) => ({
    from,
    source: from.interfaces[index % from.interfaces.length]!.address,
    to,
    destination: to.interfaces[index % to.interfaces.length]!.address,
  }));
}

/**
 * Sends the pings and compares each answer's TTL with the hops that the route files make.
 * @returns what is wrong, a line each.
 */
export async function wrongPings(
  host: Host,
  experiment: Experiment,
  pings: readonly Ping[],
): Promise<readonly string[]> {
  const byNamespace = new Map<string, Ping[]>();
  for (const ping of pings)
    byNamespace.set(ping.from.netns, [...(byNamespace.get(ping.from.netns) ?? []), ping]);
  const question = Object.fromEntries(
    [...byNamespace].map(([name, group]) => [
      name,
      group.map(({ source, destination }) => [source, destination]),
    ]),
  );
  const answer = await host.must(['python3', '-B', `${ROOT}/test/system/reach.py`], {
    input: JSON.stringify(question),
  });
  const ttls = JSON.parse(answer) as Record<string, (number | null)[]>;
  return [...byNamespace].flatMap(([name, group]) =>
    group.flatMap((ping, index) => {
      const ttl = ttls[name]![index];
      const expected = 64 - forwards(experiment, ping.to, ping.source);
      const about = `${ping.from.name} (${ping.source}) -> ${ping.to.name} (${ping.destination})`;
      if (ttl === null) return [`${about}: no answer`];
      return ttl === expected ? [] : [`${about}: TTL ${ttl}, and the routes say ${expected}`];
    }),
  );
}

/** Packets in and out of every switch port that an interface is plugged into, by `NODE/INTERFACE`. */
export async function portCounters(
  host: Host,
  { nodes }: Experiment,
): Promise<ReadonlyMap<string, { in: number; out: number }>> {
  const switches = [...new Set(nodes.flatMap(({ interfaces }) => interfaces.map((one) => one.switch)))];
  const script =
    'for socket; do echo "switch $socket"; unixcmd -s "$socket.mgmt" -f /etc/vde2/vdecmd port/allprint || :; done';
  const printed = await host.must(['sh', '-c', script, 'sh', ...switches]);
  const counted = new Map<string, { in: number; out: number }>();
  let current = '';
  let port = '';
  for (const one of printed.replaceAll('\0', '').split('\n')) {
    const [, socket] = /^switch (.*)/.exec(one) ?? [];
    if (socket !== undefined) current = socket;
    port = /^\s*Port (\d+)/.exec(one)?.[1] ?? port;
    const number = (direction: string): number =>
      Number(new RegExp(`\\b${direction}:\\s+pkts\\s+(\\d+)`).exec(one)?.[1] ?? NaN);
    const key = `${current}[${Number(port)}]`;
    if (/\bIN: *pkts/.test(one)) counted.set(key, { in: number('IN'), out: counted.get(key)?.out ?? 0 });
    if (/\bOUT: *pkts/.test(one)) counted.set(key, { in: counted.get(key)?.in ?? 0, out: number('OUT') });
  }
  return new Map(
    nodes.flatMap(({ name, interfaces }) =>
      interfaces.map((one) => {
        const found = counted.get(`${one.switch}[${one.port}]`);
        if (!found)
          throw new Error(`${one.switch} has nothing in port ${one.port}, which is ${name}/${one.name}'s`);
        return [`${name}/${one.name}`, found] as const;
      }),
    ),
  );
}

/** Who everybody is: the processes of each daemon with their times of birth, and every link's index. */
export interface Identities {
  readonly processes: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

/** Looks in the experiment's cgroup and its network namespaces. */
export async function identities(host: Host, full: string): Promise<Identities> {
  const [project = '', name = ''] = full.split('/');
  const { id } = experimentFact(project, name, '/');
  const script = `
    cd "$(find /sys/fs/cgroup -type d -path '*/benito-pipeline/${id}/live' | head -n 1)" || exit 1
    for daemon in *; do
      line=
      for pid in $(cat "$daemon/cgroup.procs"); do
        line="$line $pid@$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)"
      done
      echo "process $daemon$line"
    done
    for path in /run/netns/${project}.${name}.*; do
      ip -oneline -netns "\${path##*/}" link show | sed "s|^\\([0-9]*\\): \\([^:@]*\\).*|link \${path##*.}/\\2 \\1|"
    done`;
  const lines = (await host.must(['sh', '-c', script])).split('\n').filter(Boolean);
  const of = (kind: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      lines.flatMap((one) => {
        const [, what, key = '', value = ''] = /^(\w+) (\S+) ?(.*)$/.exec(one) ?? [];
        return what === kind ? [[key, value] as const] : [];
      }),
    );
  return { processes: of('process'), links: of('link') };
}

/** The names of what is not the same in both, or is in one of them only. */
export function changed(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => before[name] !== after[name]).sort();
}

function prefixOf(text: string): { base: number; length: number } {
  const [address = '', length = '32'] = text.split('/');
  return { base: masked(numberOf(address), Number(length)), length: Number(length) };
}

function covers({ base, length }: Prefix, address: string): boolean {
  return masked(numberOf(address), length) === base;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

function masked(address: number, length: number): number {
  return length === 0 ? 0 : Number((BigInt(address) >> BigInt(32 - length)) << BigInt(32 - length));
}

function bitsOf(netmask: string): number {
  return numberOf(netmask).toString(2).replaceAll('0', '').length;
}

function lost(trail: readonly string[], via: string): never {
  throw new Error(`${trail.join(' -> ')} sends to ${via}, who is nobody`);
}
