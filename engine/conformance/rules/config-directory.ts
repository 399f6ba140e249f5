import { createHash } from 'node:crypto';
import type { Fault, Rule } from '../rule.ts';

export const configDirectory: Rule = {
  name: 'config-directory',
  summary: 'inside every node are its name, its hosts file, /var/benito/config and the routes script',
  async check(lab) {
    for (const lack of ['configDirectory', 'exec'] as const) {
      if (lab.definition.lacks?.includes(lack)) return { evidence: [], faults: [], notAsked: lack };
    }
    const { nodes } = await lab.up();
    const hosts = await lab.host.read(`${lab.varDir}/config/hosts`);
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const { name } of nodes) {
      const { code, stdout, stderr } = await lab.inNode(name, ['sh', '-c', LOOK]);
      if (code !== 0) {
        faults.push({
          what: `${name} cannot be looked into: exec ended with exit code ${code}: ${stderr.trim()}`,
          mend: 'let verbs.exec lead into the node, where a sh is',
        });
        continue;
      }
      const [hostname = '', list = '', sum = '', script = '', config = '', table = ''] = stdout.split('\n');
      const found = { hostname, hosts: list, topology: sum, script, config, table };
      evidence.push(`${name}: hostname ${hostname}; config ${config}; routes script ${script}`);
      const expected: typeof found = {
        hostname: name,
        hosts: sha256(hosts),
        topology: sha256(await lab.host.read(`${lab.varDir}/config/topo.xml`)),
        script: 'there',
        config: 'there',
        table: sha256(await lab.host.read(`${lab.varDir}/config/route/${name}`)),
      };
      for (const key of Object.keys(WHAT) as (keyof typeof WHAT)[]) {
        if (found[key] !== expected[key])
          faults.push({ what: `${name}: ${WHAT[key].what}`, mend: WHAT[key].mend });
      }
    }
    return { evidence, faults };
  },
};

const LOOK = `
  hash() { sha256sum <"$1" 2>/dev/null | cut -d ' ' -f 1; echo; }
  sum() { hash "$1" | head -n 1; }
  cat /proc/sys/kernel/hostname
  sum /etc/hosts
  sum /var/benito/config/topo.xml
  test -x /var/benito/launch/routes && echo there || echo missing
  test -d /var/benito/config && echo there || echo missing
  sum "/var/benito/config/route/$(cat /proc/sys/kernel/hostname)"`;

const WHAT = {
  hostname: {
    what: 'its host name is another',
    mend: "give each node its `name` of the fact 'nodes' as host name",
  },
  hosts: {
    what: '/etc/hosts is not the hosts file of the config directory',
    mend: "make /etc/hosts of the fact 'hosts'",
  },
  config: {
    what: '/var/benito/config is missing',
    mend: "put the experiment's config directory at /var/benito/config, to be read; or declare lacks: ['configDirectory']",
  },
  topology: {
    what: '/var/benito/config/topo.xml is missing or another',
    mend: "put the experiment's config directory at /var/benito/config, as it is now",
  },
  table: {
    what: '/var/benito/config/route/NODE is missing or another',
    mend: "put the experiment's config directory at /var/benito/config, as it is now",
  },
  script: {
    what: '/var/benito/launch/routes is missing, or cannot be run',
    mend: "put the project's launch/routes at /var/benito/launch/routes, mode 0755",
  },
} as const;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
