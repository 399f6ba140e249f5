import { CABLE_PRIORITY, defineStage, effect, SOCKET_QUEUE } from 'benito-pipeline';

/** One vde_switch per substrate that nodes of this pnode are on; its sockets are closed to other users. */
export default defineStage({
  summary: 'Start the VDE switches of this pnode',
  needs: ['pnode', 'nodes', 'switches'],
  provides: ['switchProcesses'],
  plan({ facts: { pnode, nodes, switches } }) {
    const used = new Set(
      nodes
        .filter(({ ghost }) => !ghost)
        .flatMap(({ interfaces }) => interfaces.map(({ substrate }) => substrate)),
    );
    const mine = switches.filter((one) => one.pnode === pnode.name && used.has(one.substrate));
    const folders = [...new Set(mine.map(({ socket }) => parentOf(socket)))].map((path) =>
      effect.directory({ path, mode: '0700' }),
    );
    const { key, frames: atLeast } = SOCKET_QUEUE;
    const limits = mine.length === 0 ? [] : [effect.sysctl({ key, atLeast })];
    const processes = mine.map(({ substrate, socket, ports }) => {
      const files = { pid: `${socket}.pid`, management: `${socket}.mgmt` };
      return effect.process(
        {
          name: `switch-${substrate}`,
          label: `the VDE switch of ${substrate}`,
          argv: [
            'vde_switch',
            '--numports',
            String(ports),
            '--sock',
            socket,
            '--mode',
            '600',
            '--dirmode',
            '700',
            '--mgmt',
            files.management,
            '--mgmtmode',
            '600',
            '--pidfile',
            files.pid,
            '--daemon',
          ],
          creates: [socket, files.management, files.pid],
          ready: { socket: `${socket}/ctl` },
          nice: CABLE_PRIORITY,
        },
        { after: [...folders, ...limits] },
      );
    });
    return {
      effects: [...folders, ...limits, ...processes],
      facts: {
        switchProcesses: Object.fromEntries(
          mine.map(({ substrate }, index) => [substrate, processes[index]!]),
        ),
      },
    };
  },
});

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
