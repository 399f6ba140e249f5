import { UserError, defineStage } from 'benito-pipeline';
import type { FileSystems, One, Problem, VNode } from 'benito-pipeline';

/** What a guest is started with. */
export interface UmlGuest {
  /** MiB. */
  readonly memory: number;
  /** Who it is: a word and what it says a line, as launch/uml/image/tree/etc/init.d/rcS reads it. */
  readonly identity: string;
  /** Its devices, as the kernel names them at first, and the interfaces that they become: the one on the control net first. */
  readonly devices: readonly { readonly number: number; readonly interface: string }[];
  /** The directories of the host that it gets. */
  readonly exports: readonly { readonly path: string; readonly directory: string }[];
  /** The user of the host that its kernel runs as, and so everybody in the guest in the host's directories. */
  readonly user: { readonly uid: number; readonly groups: readonly number[] };
}

declare module 'benito-pipeline' {
  interface Facts {
    /** What every User-Mode Linux guest is started with, by node. */
    umlGuests: One<Readonly<Record<string, UmlGuest>>>;
  }
}

/** The guest's interface on the control net. */
const CONTROL = 'control0';
/** Names that the experiment gives to interfaces are not in the way of names that the kernel gives to new ones. */
const FIRST_DEVICE = 100;
const LEAST_MEMORY = 32;
const NOBODY = { uid: 65534, groups: [65534] };

/** Each guest's memory, interfaces and rights. */
export default defineStage({
  summary: 'Settle memory, interfaces and rights of the User-Mode Linux guests',
  needs: ['nodes', 'settings', 'fileSystems'],
  provides: ['umlGuests'],
  plan({ facts: { nodes, settings, fileSystems } }) {
    const problems: Problem[] = [...unfit(fileSystems)];
    const user = userOf(fileSystems);
    const exports = fileSystems.exports.map(({ path, directory }) => ({ path, directory }));
    const guests = nodes.map((node) => {
      problems.push(...problemsOf(node));
      const memory = memoryOf(node) ?? Number(settings.platforms.uml!.memory);
      const names = [...(node.control ? [CONTROL] : []), ...node.interfaces.map(({ name }) => name)];
      const devices = names.map((name, index) => ({ number: FIRST_DEVICE + index, interface: name }));
      const identity = identityOf(node, devices, { fileSystems, ipv6: settings.ipv6 });
      return [node.name, { memory, identity, devices, exports, user }] as const;
    });
    if (problems.length > 0) throw new UserError(problems);
    return { facts: { umlGuests: Object.fromEntries(guests) } };
  },
});

/** The first account, as root is elsewhere; nobody where there is none; root where guests are trusted. */
function userOf({ trusted, accounts: [first] }: FileSystems): UmlGuest['user'] {
  if (trusted) return { uid: 0, groups: [0] };
  if (!first) return NOBODY;
  return { uid: first.uid, groups: [first.gid, ...first.groups.filter((gid) => gid !== first.gid)] };
}

/** hostfs takes its folder as a mount option. */
function* unfit({ exports }: FileSystems): Generator<Problem> {
  for (const { path } of exports.filter((one) => /[,\s]/.test(one.path))) {
    yield {
      code: 'export-unfit',
      message: `file_systems.exports.${path}: User-Mode Linux guests cannot mount a path with a comma or a space in it`,
      hint: 'give the export another path',
    };
  }
}

function memoryOf({ attributes }: VNode): number | undefined {
  const value = attributes.find(({ name }) => name === 'containers:uml_memory')?.value;
  return value ? Number(value) : undefined;
}

function* problemsOf(node: VNode): Generator<Problem> {
  const memory = memoryOf(node);
  if (memory !== undefined && !(Number.isInteger(memory) && memory >= LEAST_MEMORY)) {
    yield {
      code: 'bad-attribute',
      message: `the node '${node.name}' has a containers:uml_memory that is no amount of memory`,
      hint: `right is MiB, ${LEAST_MEMORY} or more`,
    };
  }
  if (node.interfaces.some(({ name }) => name === CONTROL)) {
    yield {
      code: 'reserved-name',
      message: `the node '${node.name}' has an interface '${CONTROL}', as its interface on the control net is called`,
      hint: 'give the interface another name',
    };
  }
}

interface Surroundings {
  readonly ipv6: boolean;
  readonly fileSystems: FileSystems;
}

function identityOf(
  { name, interfaces, control }: VNode,
  devices: UmlGuest['devices'],
  { ipv6, fileSystems: { exports, accounts } }: Surroundings,
): string {
  const addresses = [...(control ? [control] : []), ...interfaces];
  const groups = new Set(accounts.flatMap((account) => account.groups));
  const lines = [
    `hostname ${name}`,
    ...devices.map((device, index) => {
      const { address, prefix } = addresses[index]!;
      return `interface ${device.number} ${device.interface} ${address}/${prefix}`;
    }),
    ...exports.map(({ path }) => `export ${path}`),
    ...accounts.map((one) => `account ${one.name}:x:${one.uid}:${one.gid}::${one.home}:${one.shell}`),
    ...[...groups].map((gid) => `group ${groupLine(gid, accounts)}`),
    ...(interfaces.length > 1 ? ['forward yes'] : []),
    ...(ipv6 ? ['ipv6 yes'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function groupLine(gid: number, accounts: FileSystems['accounts']): string {
  const name = accounts.find((account) => account.gid === gid)?.name ?? `g${gid}`;
  const members = accounts.filter(({ groups }) => groups.includes(gid)).map((account) => account.name);
  return `${name}:x:${gid}:${members.join(',')}`;
}
