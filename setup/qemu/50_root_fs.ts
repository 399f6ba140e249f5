import { UserError, defineStage } from 'benito-pipeline';
import type { FileSystems, One, Problem, Settings, VNode } from 'benito-pipeline';

/** What a guest's root consists of. */
export interface GuestRoot {
  /** A name (`mini`, `debian`), or the path or URL of a user's own. */
  readonly image: string;
  /** MiB. */
  readonly memory: number;
  readonly network: 'vde' | 'tap' | 'fd';
  /** How it is known that it runs: its SSH server answers, or there is a prompt on its serial line. */
  readonly ready: 'ssh' | 'console';
  /** What goes into the image beside the config directory, the keys and the routes script: by path in the guest. */
  readonly files: Readonly<Record<string, string>>;
}

declare module 'benito-pipeline' {
  interface Facts {
    /** The root file system of every guest, by node. */
    guestRoots: One<Readonly<Record<string, GuestRoot>>>;
  }
}

/** MiB with which the images of ours are at ease; users' own may be anything. */
const MEMORY: Readonly<Record<string, number>> = { mini: 128, debian: 384 };
const MEMORY_OF_OTHERS = 512;
/** The guest's interface on the control net. */
const CONTROL = 'control0';
/** What our kernel, and QEMU's processor, can run. */
const ARCHITECTURES = ['x86_64', 'i386'];

/** Each guest's root: a copy-on-write overlay on an image, and what makes it this guest's. */
export default defineStage({
  summary: "Settle the guests' images, and what makes each root file system its own",
  needs: ['nodes', 'settings', 'fileSystems', 'guestFileSystems'],
  provides: ['guestRoots'],
  plan({ facts: { nodes, settings, fileSystems, guestFileSystems } }) {
    const problems: Problem[] = [];
    const roots = nodes.map((node) => {
      const wish = wishOf(node, settings);
      problems.push(...problemsOf(node, wish));
      const fstab = guestFileSystems[node.name]?.fstab ?? [];
      const files = filesOf(node, { ipv6: settings.ipv6, fileSystems, fstab });
      return [node.name, { ...wish, files } as GuestRoot] as const;
    });
    if (problems.length > 0) throw new UserError(problems);
    return { facts: { guestRoots: Object.fromEntries(roots) } };
  },
});

interface Wish {
  readonly image: string;
  readonly memory: number;
  readonly network: string;
  readonly ready: string;
}

function wishOf(node: VNode, settings: Settings): Wish {
  const site = settings.platforms.qemu!;
  const asked = (name: string): string | undefined => valueOf(node, `containers:qemu_${name}`);
  const url = asked('url') ?? valueOf(node, 'containers:maverick_url');
  const image = url ?? asked('image') ?? String(site.image);
  const memory = asked('memory') ?? (site.memory || undefined) ?? MEMORY[image] ?? MEMORY_OF_OTHERS;
  return {
    image,
    memory: Number(memory),
    network: asked('network') ?? String(site.network),
    ready: asked('ready') ?? 'ssh',
  };
}

function* problemsOf(node: VNode, { image, memory, network, ready }: Wish): Generator<Problem> {
  if (node.interfaces.some(({ name }) => name === CONTROL)) {
    yield {
      code: 'reserved-name',
      message: `the node '${node.name}' has an interface '${CONTROL}', as its interface on the control net is called`,
      hint: 'give the interface another name',
    };
  }
  const arch = valueOf(node, 'containers:qemu_arch');
  if (arch !== undefined && !ARCHITECTURES.includes(arch)) {
    yield wrong(node, 'containers:qemu_arch', arch, `one of ${ARCHITECTURES.join(', ')}`);
  }
  if (!image.includes('/') && !(image in MEMORY)) {
    yield wrong(
      node,
      'containers:qemu_image',
      image,
      `one of ${Object.keys(MEMORY).join(', ')}, or a path or URL with a / in it`,
    );
  }
  if (!Number.isInteger(memory) || memory < 64)
    yield wrong(node, 'containers:qemu_memory', valueOf(node, 'containers:qemu_memory')!, 'MiB, 64 or more');
  if (!['vde', 'tap', 'fd'].includes(network))
    yield wrong(node, 'containers:qemu_network', network, 'vde, tap or fd');
  if (!['ssh', 'console'].includes(ready))
    yield wrong(node, 'containers:qemu_ready', ready, 'ssh or console');
}

function wrong({ name }: VNode, attribute: string, value: string, right: string): Problem {
  return {
    code: 'bad-attribute',
    message: `the node '${name}' has ${attribute} '${value}'`,
    hint: `right is ${right}`,
  };
}

function valueOf({ attributes }: VNode, name: string): string | undefined {
  return attributes.find((one) => one.name === name)?.value || undefined;
}

interface Surroundings {
  readonly ipv6: boolean;
  readonly fileSystems: FileSystems;
  readonly fstab: readonly string[];
}

/** What the initrd reads (launch/qemu/image/init), and goes by when the guest restarts by itself. */
function filesOf(
  { interfaces, control }: VNode,
  { ipv6, fileSystems: { accounts }, fstab }: Surroundings,
): Readonly<Record<string, string>> {
  const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
  const groups = new Set(accounts.flatMap((account) => account.groups));
  return {
    '/etc/benito/interfaces': lines([
      ...(control ? [`${CONTROL} ${control.mac} ${control.address}/${control.prefix}`] : []),
      ...interfaces.map(({ name, mac, address, prefix }) => `${name} ${mac} ${address}/${prefix}`),
    ]),
    '/etc/benito/fstab': lines(fstab),
    '/etc/benito/accounts': lines(
      accounts.map(({ name, uid, gid, home, shell }) => `${name}:x:${uid}:${gid}::${home}:${shell}`),
    ),
    '/etc/benito/groups': lines([...groups].map((gid) => groupLine(gid, accounts))),
    ...(interfaces.length > 1 && { '/etc/benito/forward': '' }),
    ...(ipv6 && { '/etc/benito/ipv6': '' }),
  };
}

function groupLine(gid: number, accounts: FileSystems['accounts']): string {
  const name = accounts.find((account) => account.gid === gid)?.name ?? `g${gid}`;
  const members = accounts.filter(({ groups }) => groups.includes(gid)).map((account) => account.name);
  return `${name}:x:${gid}:${members.join(',')}`;
}
