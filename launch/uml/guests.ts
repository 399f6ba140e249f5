import { defineStage, digest, effect, fileBeside } from 'benito-pipeline';
import type { Effect, NetnsSpec, One, ProcessSpec } from 'benito-pipeline';

/** A guest, and what its interfaces are plugged into it by. */
export interface UmlProcess {
  readonly guest: Effect<ProcessSpec>;
  readonly netns: Effect<NetnsSpec>;
  readonly folder: string;
  readonly plugs: readonly {
    readonly number: number;
    readonly interface: string;
    readonly socket: string;
    /** What the kernel is told: `vde,SOCKET,MAC,PORT`. */
    readonly transport: string;
  }[];
}

declare module 'benito-pipeline' {
  interface Facts {
    /** The running User-Mode Linux guests, by node. */
    umlProcesses: One<Readonly<Record<string, UmlProcess>>>;
  }
}

/** As many at a time as the host has cores to start them; one is there when its SSH server answers. */
export default defineStage({
  summary: 'Start the User-Mode Linux guests',
  needs: [
    ...([
      'experiment',
      'settings',
      'nodes',
      'sshKey',
      'fileServers',
      'umlGuests',
      'umlFolder',
      'umlImage',
    ] as const),
    ...(['umlSwitches', 'umlControlSwitch', 'controlAddress'] as const),
  ],
  provides: ['umlProcesses'],
  plan({ facts }) {
    const { experiment, settings, nodes, sshKey, fileServers, umlImage, umlSwitches } = facts;
    const seconds = Number(settings.platforms.uml!.ready_seconds);
    const disks = effect.directory({ path: `${experiment.varDir}/uml`, mode: '0700' });
    const folders = effect.directory(
      { path: `${facts.umlFolder.spec.path}/guests`, mode: '0700' },
      { after: [facts.umlFolder] },
    );
    const guests = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name, interfaces, control, failureAction }) => {
        const { memory, identity, devices, exports, user } = facts.umlGuests[name]!;
        const options = { node: name, failure: failureAction } as const;
        // Of no use but that nothing of the host's networks is in it.
        const netns = effect.netns({ name: `${experiment.project}.${experiment.name}.${name}` }, options);
        const folder = effect.directory(
          { path: `${folders.spec.path}/${name}`, mode: '0700' },
          { after: [folders], ...options },
        );
        const about = effect.file(
          { path: `${folder.spec.path}/identity`, content: identity },
          { after: [folder], ...options },
        );
        const disk = effect.command(
          {
            identity: `uml disk ${disks.spec.path}/${name}`,
            label: `the disk of ${name}`,
            observe: ['test', '-d', `${disks.spec.path}/${name}`],
            make: ['mkdir', '-p', `${disks.spec.path}/${name}`],
            unmake: ['rm', '-rf', `${disks.spec.path}/${name}`],
          },
          { after: [disks], ...options },
        );
        const ports = [{ switch: facts.umlControlSwitch, mac: control!.mac, port: '' }, ...interfaces];
        const plugs = devices.map((device, index) => {
          const { switch: socket, mac, port } = ports[index]!;
          return { ...device, socket, transport: `vde,${socket},${mac}${port === '' ? '' : `,${port}`}` };
        });
        const guest = effect.process(
          {
            name: `uml-${name}`,
            label: `the guest ${name}`,
            netns,
            argv: [
              ...[
                'unshare',
                '--mount',
                '--ipc',
                '--pid',
                '--fork',
                '--kill-child',
                '--propagation',
                'unchanged',
                '--',
              ],
              ...[fileBeside(import.meta.url, '_guest.sh'), folder.spec.path, digest(identity)],
              ...[String(user.uid), user.groups.join(','), String(memory), umlImage.path],
              ...[`${disks.spec.path}/${name}`, `${experiment.logDir}/${name}/console.log`],
              ...[experiment.configDir, fileBeside(import.meta.url, '../routes'), `${sshKey.path}.pub`],
              ...exports.flatMap(({ path, directory }) => [path, directory]),
              '--',
              ...plugs.map(({ number, transport }) => `eth${number}=${transport}`),
            ],
            start: 'stays',
            creates: ['started', 'run', 'root', 'console', 'agent', 'said'].map(
              (part) => `${folder.spec.path}/${part}`,
            ),
            ready: {
              file: `${folder.spec.path}/run/ready`,
              tcp: { address: control!.address, port: 22 },
              seconds,
            },
          },
          {
            ...options,
            weight: 1,
            after: [
              ...[about, disk, umlImage.effect, sshKey.effect, facts.controlAddress, ...fileServers],
              ...plugs.map(({ socket }) => umlSwitches[socket]!.door),
            ],
          },
        );
        return {
          name,
          effects: [netns, folder, about, disk, guest],
          process: { guest, netns, folder: folder.spec.path, plugs },
        };
      });
    return {
      effects: guests.length > 0 ? [disks, folders, ...guests.flatMap(({ effects }) => effects)] : [],
      facts: { umlProcesses: Object.fromEntries(guests.map(({ name, process }) => [name, process])) },
    };
  },
});
