import { UserError, attribute, computers, defineStage } from 'benito-pipeline';
import type {
  Account,
  FileServer,
  FileSystems,
  PlatformFact,
  Probe,
  Problem,
  Settings,
} from 'benito-pipeline';

/** 9P's. */
const PORT = 564;

/** Which of the host's directories go to nodes that cannot see them, from which servers, and as whose. */
export default defineStage({
  summary: "Decide how the host's file systems reach nodes that cannot see them",
  needs: ['experiment', 'settings', 'wired', 'embedding', 'platforms', 'leases'],
  provides: ['fileSystems'],

  probes: ({ facts: { settings, wired, platforms } }) =>
    blindNodes(wired, platforms).length === 0
      ? []
      : [...settings.accounts.flatMap(accountProbes), ...directoriesOf(settings).map(directoryProbe)],

  plan({ facts: { experiment, settings, wired, embedding, platforms, leases }, probed }) {
    const blind = blindNodes(wired, platforms);
    if (blind.length === 0) return { facts: { fileSystems: NOTHING } };

    const { server, trust_guests: trusted, exports } = settings.file_systems;
    const problems: Problem[] = [];
    const served = blindNodes(wired, platforms, ['9p']);
    if (server === 'virtio' && !trusted && served.length > 0) problems.push(needsTrust(served));

    const wanted = server === 'none' ? [] : Object.entries(exports).filter(([, from]) => from !== 'none');
    const chosen = wanted.map(([path, from]) => {
      const directory = from === 'auto' ? path : from;
      const found = probed[directoryProbe(directory).name]?.status === 0;
      if (!found && from !== 'auto') problems.push(noDirectory(path, from, blind));
      return found || from !== 'auto'
        ? { path, directory, made: false }
        : { path, directory: `${experiment.varDir}/files${path}`, made: true };
    });
    const accounts = settings.accounts.flatMap((name) => {
      const [user, groups] = accountProbes(name).map((probe) => probed[probe.name]?.stdout.trim() ?? '');
      const account = accountOf(user!, groups!);
      if (!account) problems.push(noAccount(name));
      return account ?? [];
    });
    if (problems.length > 0) throw new UserError(problems);

    const addresses = new Map(leases.map(({ node, address }) => [node, address]));
    const servers = embedding.pnodes.flatMap(({ name, nodes }): FileServer[] => {
      const clients = nodes
        .filter((node) => served.includes(node) && addresses.has(node))
        .map((node) => ({ node, address: addresses.get(node)! }));
      return clients.length === 0
        ? []
        : [{ pnode: name, address: addresses.get(name)!, port: PORT, clients }];
    });
    const fileSystems = {
      server,
      trusted,
      exports: chosen,
      accounts,
      servers: server === 'diod' ? servers : [],
    };
    return { facts: { fileSystems } };
  },
});

const NOTHING: FileSystems = { server: 'none', trusted: false, exports: [], accounts: [], servers: [] };

type Inputs = Parameters<typeof computers>[0];
type HostFiles = PlatformFact['hostFiles'];

/** The nodes that do not see the host's files, and get at them in one of these ways. */
function blindNodes(
  topology: Inputs,
  platforms: readonly PlatformFact[],
  ways: readonly HostFiles[] = ['9p', 'own'],
): readonly string[] {
  const blind = new Set(
    platforms.filter(({ hostFiles }) => ways.includes(hostFiles)).map(({ name }) => name),
  );
  return computers(topology)
    .filter((computer) => blind.has(attribute(computer, 'containers:node_type')!))
    .map(({ name }) => name);
}

function directoriesOf({ file_systems: { server, exports } }: Settings): readonly string[] {
  if (server === 'none') return [];
  const directories = Object.entries(exports).map(([path, from]) => (from === 'auto' ? path : from));
  return [...new Set(directories)].filter((directory) => directory !== 'none');
}

function directoryProbe(directory: string): Probe {
  return { name: `directory ${directory}`, argv: ['test', '-d', directory] };
}

function accountProbes(name: string): readonly Probe[] {
  return [
    { name: `user ${name}`, argv: ['getent', 'passwd', name] },
    { name: `groups of ${name}`, argv: ['id', '-G', '--', name] },
  ];
}

/** From a line of passwd(5) and a list of group numbers. */
function accountOf(user: string, groups: string): Account | undefined {
  const [name, , uid, gid, , home, shell] = user.split(':');
  if (!name || !uid || !gid || uid === '0') return undefined;
  const all = groups.split(/\s+/).filter(Boolean).map(Number);
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    groups: [...new Set([Number(gid), ...all])],
    home: home || '/',
    shell: shell || '/bin/sh',
  };
}

function needsTrust(nodes: readonly string[]): Problem {
  return {
    code: 'virtio-needs-trust',
    message: `file_systems.server is virtio, which makes root in ${list(nodes)} root in the host's directories`,
    hint: 'set file_systems.trust_guests: true where that is right, or file_systems.server: diod, which keeps root out',
  };
}

function noDirectory(path: string, directory: string, nodes: readonly string[]): Problem {
  return {
    code: 'export-missing',
    message: `file_systems.exports.${path}: this host has no directory ${directory}, which ${list(nodes)} would get`,
    hint: `make ${directory}, name another in the site settings, or say 'auto' (an empty one) or 'none'`,
  };
}

function noAccount(name: string): Problem {
  return {
    code: 'unknown-account',
    message: `accounts: this host knows no user '${name}' whom guests could work as`,
    hint: 'see getent passwd; root is no account: file_systems.trust_guests lets root be root',
  };
}

function list(names: readonly string[]): string {
  const few = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${few} and ${names.length - 5} more nodes` : few;
}
