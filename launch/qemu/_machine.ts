/** The largest disk that a guest can have. A guest's own is as large, and takes no more room than what differs from its image. */
export const DISK_SIZE = 64 * 2 ** 30;
/** Where `_snapshot.sh` puts the folder that it works in. */
export const FOLDER = '@FOLDER@';

/** What a QEMU machine consists of. Two machines that differ in `Shape` alone cannot use each other's snapshots. */
export interface Machine extends Shape {
  /** As `ps` shows it. */
  readonly name: string;
  /** Of its sockets: qmp, console, identity. */
  readonly folder: string;
  /** The log of its serial line. */
  readonly consoleLog: string;
  /** Folder of kernel and initrd. */
  readonly boot: string;
  /** The file that its memory starts as; changes to it stay the machine's own unless it is the one that makes the file. */
  readonly ram?: { readonly path: string; readonly own: boolean };
  /** The qcow2 file of its root; none for the machine of the snapshot. */
  readonly disk?: string;
  /** In the order of their slots; as many as `Shape.nics`. */
  readonly networks: readonly Network[];
  /** QEMU's own options for virtio-9p. */
  readonly shares: readonly string[];
}

export interface Shape {
  readonly accel: 'tcg' | 'kvm';
  /** MiB. */
  readonly memory: number;
  readonly nics: number;
}

/** Where the frames of an interface go. */
export type Network =
  /** Plugged in later, over QMP, and again when its switch was started anew. */
  | { readonly to: 'hub'; readonly mac: string }
  | { readonly to: 'descriptor'; readonly number: number; readonly mac: string };

/** `tcg-128m-3nics`: one word for a shape. */
export function shapeName({ accel, memory, nics }: Shape): string {
  return `${accel}-${memory}m-${nics}nics`;
}

/** QEMU's command line. The order of the devices is that of the PCI slots: it must be the same where memory is shared. */
export function machineArgv(machine: Machine): readonly string[] {
  const { name, accel, memory, folder, boot, consoleLog, ram, disk, networks, shares } = machine;
  const root =
    disk === undefined
      ? { driver: 'null-co', size: DISK_SIZE, 'read-zeroes': true }
      : { driver: 'qcow2', file: { driver: 'file', filename: disk } };
  const memoryFile = ram && `mem-path=${ram.path},share=${ram.own ? 'on' : 'off'}`;
  return [
    'qemu-system-x86_64',
    ...['-name', `guest=${name}`, '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-machine', 'pc,memory-backend=ram', '-accel', accel === 'tcg' ? 'tcg,tb-size=32' : 'kvm'],
    ...(accel === 'kvm' ? ['-cpu', 'host'] : []),
    ...[
      '-m',
      `${memory}M`,
      '-object',
      `memory-backend-${memoryFile ? 'file' : 'ram'},id=ram,size=${memory}M${memoryFile ? `,${memoryFile}` : ''}`,
    ],
    ...[
      '-kernel',
      `${boot}/vmlinux`,
      '-initrd',
      `${boot}/initrd.gz`,
      '-append',
      'console=ttyS0 quiet panic=5 net.ifnames=0',
    ],
    ...['-qmp', `unix:${folder}/qmp,server=on,wait=off`],
    ...[
      '-chardev',
      `socket,id=console,path=${folder}/console,server=on,wait=off,logfile=${optionValue(consoleLog)},logappend=on`,
    ],
    ...['-serial', 'chardev:console'],
    ...['-device', 'virtio-rng-pci', '-device', 'vmgenid,guid=auto', '-device', 'virtio-serial-pci'],
    ...['-chardev', `socket,id=identity,path=${folder}/identity,server=on,wait=off`],
    ...['-device', 'virtserialport,chardev=identity,name=identity'],
    ...[
      '-blockdev',
      JSON.stringify({ ...root, 'node-name': 'root' }),
      '-device',
      'virtio-blk-pci,drive=root',
    ],
    ...networks.flatMap((network, index) => [
      ...['-netdev', netdev(network, index)],
      ...['-device', `virtio-net-pci,netdev=net${index},id=nic${index},mac=${network.mac},romfile=`],
    ]),
    ...shares,
  ];
}

/** A value of an option: QEMU takes a comma for its end, unless it is doubled. */
export function optionValue(text: string): string {
  return text.replaceAll(',', ',,');
}

function netdev(network: Network, index: number): string {
  switch (network.to) {
    case 'hub':
      return `hubport,id=net${index},hubid=${index}`;
    case 'descriptor':
      return `dgram,id=net${index},local.type=fd,local.str=${network.number}`;
  }
}

/** The machine whose memory the guests of a shape start from. */
export function snapshotArgv(shape: Shape, boot: string): readonly string[] {
  return [
    ...machineArgv({
      ...shape,
      name: 'snapshot',
      folder: FOLDER,
      consoleLog: `${FOLDER}/console.log`,
      boot,
      ram: { path: `${FOLDER}/ram`, own: true },
      networks: Array.from({ length: shape.nics }, (_, index) => ({
        to: 'hub',
        mac: `52:54:00:00:00:0${index}`,
      })),
      shares: [],
    }),
    '-S',
  ];
}
