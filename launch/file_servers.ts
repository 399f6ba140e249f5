import { defineStage, effect, fileBeside } from 'benito-pipeline';
import type { DirectorySpec, Effect, FileServer, FileSystems, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** What has to be there before a node can use the host's directories: the server, or the directories alone. */
    fileServers: One<readonly Effect[]>;
  }
}

const NOBODY = { uid: 65534, gid: 65534, groups: [65534] };
const ROOT = { uid: 0, gid: 0, groups: [0] };

/**
 * The 9P server of this pnode, on its control-net address: an unprivileged diod for each account and one for nobody,
 * behind a router that decides who is whose (`_file_router.mjs`). Serves this experiment's nodes only.
 */
export default defineStage({
  summary: "Serve the host's directories over 9P, to nodes that cannot see them",
  needs: ['experiment', 'pnode', 'fileSystems', 'controlAddress'],
  provides: ['fileServers'],
  plan({ facts: { experiment, pnode, fileSystems, controlAddress } }) {
    const directories = madeDirectories(experiment.varDir, fileSystems);
    const server = fileSystems.servers.find((one) => one.pnode === pnode.name);
    if (!server) return { effects: directories, facts: { fileServers: directories } };

    const place = effect.directory({ path: `${experiment.stateDir}/files` });
    const clients = effect.file({
      path: `${experiment.stateDir}/file_clients`,
      content: server.clients.map(({ address }) => `${address}\n`).join(''),
    });
    const process = effect.process(
      {
        name: 'file-server',
        label: "the 9P server of the host's directories",
        argv: [
          'unshare',
          '--mount',
          '--propagation',
          'unchanged',
          '--',
          ...command(server, fileSystems, place, clients),
        ],
        start: 'stays',
        ready: { tcp: { address: server.address, port: server.port } },
      },
      { after: [...directories, place, clients, controlAddress] },
    );
    return {
      effects: [...directories, place, clients, process],
      facts: { fileServers: [process] },
    };
  },
});

/** Directories for exports that the host has none for, with those that they are in. */
function madeDirectories(varDir: string, { exports }: FileSystems): readonly Effect<DirectorySpec>[] {
  const all = new Map<string, Effect<DirectorySpec>>();
  for (const { directory } of exports.filter(({ made }) => made)) {
    const names = directory.slice(varDir.length + 1).split('/');
    const paths = names.map((_, index) => [varDir, ...names.slice(0, index + 1)].join('/'));
    for (const [index, path] of paths.entries()) {
      const parent = all.get(paths[index - 1] ?? '');
      const mode = path === directory ? '1777' : '0755';
      all.set(path, all.get(path) ?? effect.directory({ path, mode }, { after: parent ? [parent] : [] }));
    }
  }
  return [...all.values()];
}

function command(
  { address, port }: FileServer,
  { trusted, exports, accounts }: FileSystems,
  place: Effect<{ readonly path: string }>,
  clients: Effect<{ readonly path: string }>,
): readonly string[] {
  const users = accounts.map(({ uid, gid, groups }) => ({ uid, gid, groups }));
  const servers = trusted ? [ROOT] : [...users, NOBODY];
  const options = {
    address,
    port,
    clients: clients.spec.path,
    root: place.spec.path,
    exports: exports.map(({ path }) => path),
    servers,
    standsForRoot: servers[0]!.uid,
    trusted,
  };
  return [
    fileBeside(import.meta.url, '_file_servers.sh'),
    place.spec.path,
    fileBeside(import.meta.url, '_file_router.mjs'),
    JSON.stringify(options),
    ...exports.flatMap(({ path, directory }) => [path, directory]),
    '--',
    ...servers.map(({ uid }) => String(uid)),
  ];
}
