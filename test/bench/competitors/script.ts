import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VNode } from '../../../engine/model/vnode.ts';
import { pingAll } from '../answer.ts';
import { timed } from '../command.ts';
import type { Competitor } from '../competitor.ts';
import { plannedNodes } from './product.ts';

/** Where the cgroup v2 hierarchy is. */
export const CGROUPS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
  existsSync(`${path}/cgroup.procs`),
);

/**
 * A bare script that reaches the product's end state by the fastest forms that we know: every word of it is written out
 * beforehand, untimed, from what the product's setup computed; it records nothing and checks nothing.
 * @param configured the var directory of a setup.
 * @param folder for its files.
 */
export function script(prefix: string, configured: string, folder: string): Competitor {
  const cgroup = `${CGROUPS}/${prefix}-script`;
  const netnsOf = (node: string): string => `${prefix}.${node}`;
  let nodes: readonly VNode[] = [];
  const down = (): Promise<unknown> => timed(['sh', beside('script-down.sh'), folder, cgroup]);
  return {
    name: 'bare script',
    async prepare() {
      nodes = plannedNodes(configured);
      const config = join(configured, 'config');
      mkdirSync(join(folder, 'nodes'), { recursive: true });
      mkdirSync(join(folder, 'switches'), { mode: 0o700 });
      const write = (name: string, lines: readonly string[]): void =>
        writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
      write('hosts', [readFileSync(join(config, 'hosts'), 'utf8')]);
      write(
        'netns-add',
        nodes.map(({ name }) => `netns add ${netnsOf(name)}`),
      );
      write(
        'netns-del',
        nodes.map(({ name }) => `netns del ${netnsOf(name)}`),
      );
      write('switches.sh', switchLines(nodes, folder));
      for (const node of nodes) write(`nodes/${node.name}`, initLines(node, config, folder));
      const starts = nodes.map(
        ({ name }) =>
          `nsenter --net=/run/netns/${netnsOf(name)} unshare --mount --uts --pid --propagation unchanged ` +
          `setsid --fork sh ${folder}/nodes/${name}`,
      );
      const lanes = availableParallelism() + 1;
      for (let lane = 0; lane < lanes; lane += 1) {
        write(
          `lane.${lane}.sh`,
          starts.filter((_, index) => index % lanes === lane),
        );
      }
    },
    async up() {
      await timed(['sh', beside('script-up.sh'), folder, cgroup]);
    },
    async answer() {
      const addresses = nodes.map(({ interfaces }) => interfaces[0]!.address);
      const netns = `/run/netns/${netnsOf(nodes[0]!.name)}`;
      await timed(['nsenter', `--net=${netns}`, '--', ...pingAll(addresses)]);
    },
    async down() {
      await down();
    },
    async clean() {
      if (existsSync(cgroup)) await down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One switch a substrate, with as many ports as it needs. */
function switchLines(nodes: readonly VNode[], folder: string): readonly string[] {
  const ports = new Map<string, number>();
  for (const { substrate, port } of nodes.flatMap(({ interfaces }) => interfaces)) {
    ports.set(substrate, Math.max(ports.get(substrate) ?? 0, port));
  }
  return [...ports].map(
    ([substrate, last]) =>
      `vde_switch -n ${last + 1} -s ${folder}/switches/${substrate} -M ${folder}/switches/${substrate}.mgmt ` +
      `-p ${folder}/switches/${substrate}.pid -m 600 -d`,
  );
}

/** The first process of a node: makes all that is in it, in as few processes as we can, then waits for orphans. */
function initLines({ name, interfaces }: VNode, config: string, folder: string): readonly string[] {
  const table = join(config, 'route', name);
  const routes = existsSync(table) ? readFileSync(table, 'utf8').split('\n').filter(Boolean) : [];
  return [
    'mount -t proc proc /proc',
    'mount -t sysfs -o ro sysfs /sys',
    `echo ${name} >/proc/sys/kernel/hostname`,
    'cd /proc/sys/net',
    'echo 1 >ipv6/conf/all/disable_ipv6',
    'echo 1 >ipv6/conf/default/disable_ipv6',
    'echo 0 >ipv4/conf/all/rp_filter',
    'echo 0 >ipv4/conf/default/rp_filter',
    ...(interfaces.length > 1 ? ['echo 1 >ipv4/ip_forward'] : []),
    'cd /',
    'ip -batch - <<END',
    'link set lo up',
    ...interfaces.flatMap(({ name: device, mac, address, prefix }) => [
      `tuntap add dev ${device} mode tap`,
      `link set dev ${device} address ${mac} up`,
      `address add ${address}/${prefix} dev ${device}`,
    ]),
    ...routes.map((route) => `route add ${route}`),
    'END',
    ...interfaces.map(
      ({ name: device, substrate, port }) =>
        `vde_plug2tap -d -s ${folder}/switches/${substrate} -p ${port} ${device} </dev/null >/dev/null 2>&1`,
    ),
    'exec catatonit -P </dev/null >/dev/null 2>&1',
  ];
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
