import type { Plan } from '../plan/plan.ts';

/** Who accounts for what appeared on a host. */
export interface Account {
  /** Whether an effect of the plan, or the engine's own bookkeeping, explains a line of the scan. */
  explains(line: string): boolean;
}

/**
 * An account of what a plan says that it makes: paths, devices and names that stand in the specs of its effects.
 * @param processes what runs, by process id: whether in a cgroup of the experiment.
 */
export function accountOf({ experiment, effects }: Plan, processes: ReadonlyMap<string, boolean>): Account {
  const { varDir, stateDir, configDir, logDir, id } = experiment;
  const texts = effects.flatMap(({ name, spec }) => [name, ...textsOf(spec)]);
  const limits = new Set(effects.filter(({ kind }) => kind === 'sysctl').map(({ name }) => name));
  const own = [
    `${varDir}/journal`,
    `${stateDir}/log`,
    `${stateDir}/tasks`,
    '/var/lib/benito-pipeline',
    `/run/benito-pipeline/${id}.lock`,
  ];
  const shallow = new Set([varDir, stateDir, configDir, logDir, '/var/lib', ...EVERYBODYS]);
  const paths = [...new Set([...texts.flatMap(pathsIn), ...own])];
  const roots = paths.filter((path) => !shallow.has(path));
  const words = new Set(texts.flatMap((text) => text.split(/[^\w.@-]+/)).filter((word) => word.length > 1));

  const explainsPath = (seen: string): boolean => {
    const path = seen.replace(/^\/\.changes(?=\/)/, '');
    return (
      shallow.has(path) ||
      (path.startsWith('/run/benito-pipeline') &&
        path.split('/').length <= 3 + Number(path.endsWith('.lock'))) ||
      roots.some((root) => path === root || path.startsWith(`${root}/`)) ||
      paths.some((other) => other.startsWith(`${path}/`))
    );
  };
  const named = (text: string): boolean =>
    text.split(/[\s/:@]+/).some((word) => word.length > 1 && words.has(word));

  const bySection: Readonly<Record<string, (what: string) => boolean>> = {
    files: (what) => {
      const path = /^(.*?): \S{10} /.exec(what)?.[1] ?? what;
      return (
        explainsPath(path) || (path.startsWith('/run/netns/') && words.has(path.slice('/run/netns/'.length)))
      );
    },
    mounts: (what) => explainsPath(what.split(' ')[0]!) || named(what.split(' ')[0]!),
    processes: (what) => {
      const [, pid = '', parent = ''] = /^(\d+).*\(parent (\d+)\)$/s.exec(what) ?? [];
      // What has ended since was a child of somebody.
      return processes.get(pid) ?? processes.get(parent) ?? false;
    },
    sysctls: (what) => {
      const key = what.slice(0, what.indexOf(':'));
      const device = /^net\/ipv[46]\/(?:conf|neigh)\/(?!all\/|default\/)([^/]+)\//.exec(key)?.[1];
      return limits.has(key) || (device !== undefined && words.has(device));
    },
    // Those of processes that are accounted for.
    namespaces: () => true,
    // So are sockets; those with a name are files, too.
    sockets: () => true,
    cgroups: (what) => what.includes(`/benito-pipeline/${id}`) || what.endsWith('/benito-pipeline'),
  };
  return {
    explains(line) {
      const [, section = '', how = '', what = ''] = /^([^:]+): (new|gone|changed): (.*)$/s.exec(line) ?? [];
      // What comes and goes by itself.
      if (how === 'gone' && ['processes', 'namespaces'].includes(section)) return true;
      if (how === 'gone') return false;
      return (bySection[section] ?? named)(what);
    },
  };
}

/** Directories that belong to no experiment: that a path in them is named says nothing about the others. */
const EVERYBODYS = [
  '/',
  '/dev',
  '/etc',
  '/home',
  '/proc',
  '/root',
  '/run',
  '/run/netns',
  '/sys',
  '/tmp',
  '/usr',
  '/var',
  '/var/log',
  '/var/cache',
];

/** Every text in a value, keys too. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}

function pathsIn(text: string): readonly string[] {
  const found = text.match(/(?<![\w.])\/[^\s'"`,;:=()<>|&{}[\]\\]+/g) ?? [];
  return found.map((path) => path.replace(/\/+$/, '')).filter(Boolean);
}
