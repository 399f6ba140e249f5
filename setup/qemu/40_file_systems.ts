import { defineStage } from 'benito-pipeline';
import type { FileSystems, One } from 'benito-pipeline';

/** What a guest mounts, and what QEMU has to offer it for that. */
export interface GuestFileSystems {
  /** Lines of fstab(5). */
  readonly fstab: readonly string[];
  /** virtio-9p devices; QEMU serves them with its own rights. */
  readonly shares: readonly Share[];
}

export interface Share {
  readonly tag: string;
  readonly directory: string;
  /** Owners and modes on the host are what the guest sees and sets. */
  readonly securityModel: 'passthrough';
}

declare module 'benito-pipeline' {
  interface Facts {
    /** The host's directories in each guest, by name. */
    guestFileSystems: One<Readonly<Record<string, GuestFileSystems>>>;
  }
}

/** Messages of this size halve the number of round trips that the default needs; diod takes no larger ones. */
const MSIZE = 65536;

/** The host's directories in the guests: lines of fstab in the form that the original had. */
export default defineStage({
  summary: "Write the guests' fstab lines for the host's directories",
  needs: ['nodes', 'fileSystems'],
  provides: ['guestFileSystems'],
  plan({ facts: { nodes, fileSystems } }) {
    const guestFileSystems = Object.fromEntries(
      nodes.map(({ name, pnode }) => [
        name,
        fileSystems.server === 'virtio' ? byVirtio(fileSystems) : byServer(fileSystems, pnode),
      ]),
    );
    return { facts: { guestFileSystems } };
  },
});

/** Each of the guest's users attaches as himself; the server decides what comes of it. */
function byServer({ servers, exports }: FileSystems, pnode: string): GuestFileSystems {
  const server = servers.find((one) => one.pnode === pnode);
  if (!server) return { fstab: [], shares: [] };
  const fstab = exports.map(({ path }) => {
    const options = [
      '_netdev',
      `aname=${path}`,
      'trans=tcp',
      `port=${server.port}`,
      'version=9p2000.L',
      'uname=root',
      'access=user',
      `msize=${MSIZE}`,
    ];
    return `${server.address} ${path} 9p ${options.join(',')} 0 1`;
  });
  return { fstab, shares: [] };
}

function byVirtio({ exports }: FileSystems): GuestFileSystems {
  const shares = exports.map(({ path, directory }, index): Share => ({
    tag: tagOf(path, index),
    directory,
    securityModel: 'passthrough',
  }));
  const fstab = exports.map(({ path }, index) => {
    const options = ['trans=virtio', 'version=9p2000.L', 'access=client', `msize=${MSIZE}`];
    return `${tagOf(path, index)} ${path} 9p ${options.join(',')} 0 1`;
  });
  return { fstab, shares };
}

/** At most 31 bytes, the longest mount tag that virtio-9p has. */
function tagOf(path: string, index: number): string {
  return `${index}${path.replaceAll('/', '-')}`.slice(0, 31);
}
