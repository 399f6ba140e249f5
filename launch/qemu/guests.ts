import { defineStage, digest, effect, fileBeside } from 'benito-pipeline';
import type { Effect, One, ProcessSpec } from 'benito-pipeline';
import { machineArgv, optionValue, shapeName } from './_machine.ts';

declare module 'benito-pipeline' {
  interface Facts {
    /** The running guests, by node. */
    guestProcesses: One<Readonly<Record<string, Effect<ProcessSpec>>>>;
  }
}

/** As many at a time as the host has cores to start them; one is there when its SSH server answers. */
export default defineStage({
  summary: 'Start the QEMU guests',
  needs: [
    'experiment',
    'settings',
    'nodes',
    'sshKey',
    'fileServers',
    'guestRoots',
    'guestFileSystems',
    'guestImages',
    'guestDisks',
    'guestShapes',
    'guestSnapshots',
    'guestNetworks',
  ],
  provides: ['guestProcesses'],
  plan({ facts }) {
    const { experiment, settings, nodes, sshKey, fileServers, guestImages, guestSnapshots } = facts;
    const boot = guestImages.boot!;
    const seconds = Number(settings.platforms.qemu!.ready_seconds);
    const folder = effect.directory({ path: `${experiment.stateDir}/guests`, mode: '0700' });
    const guests = nodes
      .filter(({ ghost }) => !ghost)
      .map((node) => {
        const { name, control, failureAction } = node;
        const root = facts.guestRoots[name]!;
        const disk = facts.guestDisks[name]!;
        const shape = facts.guestShapes[name]!;
        const { networks, plugs, pairs, after } = facts.guestNetworks[name]!;
        const shares = facts.guestFileSystems[name]?.shares ?? [];
        const snapshot = shares.length > 0 ? undefined : guestSnapshots[shapeName(shape)];
        const own = `${folder.spec.path}/${name}`;
        const consoleLog = `${experiment.logDir}/${name}/console.log`;
        const argv = machineArgv({
          ...shape,
          name: `${experiment.project}/${experiment.name}/${name}`,
          folder: own,
          consoleLog,
          boot: boot.path,
          ...(snapshot && { ram: { path: `${snapshot.path}/ram`, own: false } }),
          disk: disk.path,
          networks,
          shares: shares.flatMap(({ tag, directory, securityModel }, index) => [
            ...[
              '-fsdev',
              `local,id=share${index},path=${optionValue(directory)},security_model=${securityModel}`,
            ],
            ...['-device', `virtio-9p-pci,fsdev=share${index},mount_tag=${tag}`],
          ]),
        });
        const spec = {
          node: name,
          folder: own,
          console: consoleLog,
          argv,
          snapshot: snapshot?.path ?? null,
          pairs,
          plugs: plugs.map(({ number, netdev, otherSide }) => ({ number, netdev, otherSide })),
          identity: {
            hostname: name,
            configDir: experiment.configDir,
            routesScript: fileBeside(import.meta.url, '../routes'),
            publicKeys: [`${sshKey.path}.pub`],
            files: root.files,
          },
          ready: { by: root.ready, address: control!.address, seconds },
        };
        const text = `${JSON.stringify(spec, null, 2)}\n`;
        const file = effect.file({ path: `${own}.json`, content: text }, { after: [folder], node: name });
        const guest = effect.process(
          {
            name: `guest-${name}`,
            label: `the guest ${name}`,
            // Its digest too: another machine is another process.
            argv: ['node', fileBeside(import.meta.url, '_guest.mjs'), file.spec.path, digest(text)],
            ready: { socket: `${own}/qmp`, seconds },
          },
          {
            node: name,
            failure: failureAction,
            weight: 1,
            after: [
              ...[file, boot.effect, disk.effect, sshKey.effect, ...(snapshot ? [snapshot.effect] : [])],
              ...fileServers,
              ...after,
            ],
          },
        );
        return { name, file, guest };
      });
    return {
      effects: [folder, ...guests.flatMap(({ file, guest }) => [file, guest])],
      facts: { guestProcesses: Object.fromEntries(guests.map(({ name, guest }) => [name, guest])) },
    };
  },
});
