import { existsSync } from 'node:fs';
import { journalDir } from '../../config/experiment.ts';
import { readRegistry } from '../../host/registry.ts';
import { readJournal } from '../../journal/journal.ts';
import { neighbourCount, neighbourLimit } from '../ping/neighbours.ts';
import { ok, unknown, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { isRoot, output, sysctl, textOf } from './look.ts';

/** What else is at work on this host's network. */
export const networkChecks: readonly Check[] = [
  { name: 'neighbours', look: neighbourTable },
  {
    name: 'rp_filter',
    look() {
      const values = ['all', 'default'].map((one) => sysctl(`net.ipv4.conf.${one}.rp_filter`));
      if (!values.includes(1)) return ok('not strict on this host; nodes set their own');
      return warning(
        'strict on this host: answers that come back another way than they went are dropped (nodes set their own, so this concerns the control net only)',
        'sysctl -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.default.rp_filter=2',
      );
    },
  },
  {
    name: 'ip_forward',
    look: () =>
      ok(
        sysctl('net.ipv4.ip_forward') === 1
          ? 'on for this host; nodes have their own'
          : 'off for this host, as it may be: nodes have their own',
      ),
  },
  { name: 'bridges', look: bridgeFilter },
  { name: 'managers', look: networkManagers },
];

function neighbourTable(): Finding {
  const limit = neighbourLimit();
  if (limit === Infinity)
    return unknown("this is a container: the neighbour table's limit is seen on its host");
  const about = `the kernel remembers ${limit} neighbours, of all nodes together`;
  if (!isRoot())
    return limit > 1024 ? ok(about) : unknown(`${about}; how many are needed only root can tell`);
  const journals = Object.values(readRegistry().experiments).map(({ varDir }) =>
    readJournal(journalDir(varDir)),
  );
  const needed = journals.reduce((sum, { nodes }) => sum + neighbourCount(nodes), 0);
  const text = `${about}; the experiments here have up to ${needed}`;
  if (needed <= limit) return ok(text);
  const enough = 2 ** Math.ceil(Math.log2(needed * 2));
  const keys = [enough / 4, enough / 2, enough].map(
    (value, at) => `net.ipv4.neigh.default.gc_thresh${at + 1}=${value}`,
  );
  return warning(`${text}: if all talk at once, packets are lost`, `sysctl -w ${keys.join(' ')}`);
}

/** Docker sets the policy of FORWARD to DROP; with br_netfilter that drops what bridges carry, too. */
function bridgeFilter(): Finding {
  if (sysctl('net.bridge.bridge-nf-call-iptables') !== 1)
    return ok('bridged packets do not pass the packet filter');
  const mend = 'sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0';
  if (!isRoot())
    return unknown('bridged packets pass the packet filter; what that does to them only root can see');
  const rules = output('iptables', '--wait', '-S', 'FORWARD') ?? '';
  const tables = output('nft', 'list', 'ruleset') ?? '';
  const drops = /^-P FORWARD DROP/m.test(rules) || /hook forward[^;]*;\s*policy drop/.test(tables);
  if (!drops) return ok('bridged packets pass the packet filter, which forwards them');
  const who = /DOCKER/.test(rules + tables) ? 'Docker has' : 'the packet filter has';
  return warning(
    `${who} FORWARD at DROP, and bridged packets pass it (br_netfilter): bridges of experiments carry nothing`,
    mend,
  );
}

function networkManagers(): readonly Finding[] {
  const findings: Finding[] = [];
  if (isRunning('NetworkManager') && !managesNot('/etc/NetworkManager/conf.d')) {
    findings.push(
      warning(
        'NetworkManager runs, and may take over control bridges, and TAPs that platforms make on this host itself (those of process nodes it never sees)',
        `printf '[keyfile]\\nunmanaged-devices=type:tun;interface-name:benito-*\\n' >/etc/NetworkManager/conf.d/benito-pipeline.conf && nmcli general reload`,
      ),
    );
  }
  const matching = isRunning('systemd-networkd') ? greedyNetworkFiles() : [];
  for (const file of matching) {
    findings.push(
      warning(
        `systemd-networkd runs, and ${file} matches every interface: it may take over TAPs that platforms make on this host itself`,
        `printf '[Match]\\nKind=tun tap\\n[Link]\\nUnmanaged=yes\\n' >/etc/systemd/network/05-benito-pipeline.network && networkctl reload`,
      ),
    );
  }
  return findings.length > 0 ? findings : [ok('nobody takes over interfaces that appear')];
}

function isRunning(name: string): boolean {
  // comm has room for 15 bytes.
  return output('ps', '-e', '-o', 'comm=')?.split('\n').includes(name.slice(0, 15)) ?? false;
}

function managesNot(folder: string): boolean {
  return existsSync(folder) && (output('grep', '-rls', 'unmanaged-devices.*tun', folder) ?? '') !== '';
}

function greedyNetworkFiles(): readonly string[] {
  const files = (
    output(
      'sh',
      '-c',
      'ls /etc/systemd/network/*.network /run/systemd/network/*.network 2>/dev/null; true',
    ) ?? ''
  )
    .split('\n')
    .filter(Boolean);
  return files.filter((file) => /^\s*Name\s*=\s*\*\s*$/m.test(textOf(file) ?? ''));
}
