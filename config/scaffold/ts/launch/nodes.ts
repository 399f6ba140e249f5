import { defineStage, effect } from 'benito-pipeline';
import type { Effect, ExperimentFact, VNode } from 'benito-pipeline';

/**
 * Brings the nodes up. A stage is a pure function from facts to effects: it does nothing itself, and may read no clock,
 * file or environment. See what it plans: benito-pipeline plan EXPERIMENT --stages THIS_FOLDER
 */
export default defineStage({
  summary: 'Bring the PLATFORM nodes up',
  needs: ['experiment', 'nodes', 'routes', 'settings', 'switchProcesses'],
  plan({ facts: { experiment, nodes, routes, settings, switchProcesses } }) {
    const tables = new Map(routes.map(({ node, table }) => [node, table]));
    // Ghosts have their addresses and switch ports, and are not started.
    const effects = nodes
      .filter(({ ghost }) => !ghost)
      .flatMap((node) =>
        bringUp(node, experiment, tables.get(node.name) ?? '', settings.ipv6, switchProcesses),
      );
    return { effects };
  },
});

function bringUp(
  { name, interfaces, startup, failureAction }: VNode,
  experiment: ExperimentFact,
  table: string,
  ipv6: boolean,
  switchProcesses: Readonly<Record<string, Effect>>,
): readonly Effect[] {
  // Whose part each effect is, and whether `up` fails with it.
  const options = { node: name, failure: failureAction } as const;

  const netns = effect.netns(
    {
      name: `${experiment.project}.${experiment.name}.${name}`,
      sysctls: {
        ...(!ipv6 && { 'net/ipv6/conf/all/disable_ipv6': '1', 'net/ipv6/conf/default/disable_ipv6': '1' }),
        'net/ipv4/conf/all/rp_filter': '0',
        'net/ipv4/conf/default/rp_filter': '0',
        ...(interfaces.length > 1 && { 'net/ipv4/ip_forward': '1' }),
      },
    },
    options,
  );

  // What each interface has to be: its MAC, its address, and, below, its switch port.
  const taps = interfaces.map((one) =>
    effect.tap(
      { netns, device: one.name, mac: one.mac, addresses: [`${one.address}/${one.prefix}`] },
      options,
    ),
  );

  // The node itself. Put what your platform runs here: a hypervisor with these TAPs, an emulator, a container.
  const first = effect.process(
    { name: `PLATFORM-${name}`, label: `the node ${name}`, netns, argv: ['catatonit', '-P'], start: 'stays' },
    { ...options, diesWith: taps },
  );

  // A plug lives as long as its TAP, its switch and its node: `diesWith` has it made again with any of them.
  const plugs = interfaces.map((one, index) =>
    effect.process(
      {
        name: `plug-${name}.${one.name}`,
        label: `the plug of ${name}/${one.name} in port ${one.port} of ${one.substrate}`,
        netns,
        argv: ['vde_plug2tap', '--daemon', '--sock', one.switch, '--port', String(one.port), one.name],
      },
      { ...options, diesWith: [taps[index]!, first, switchProcesses[one.substrate]!] },
    ),
  );

  const { configDir, logDir } = experiment;
  const routes =
    table === ''
      ? []
      : [effect.routes({ netns, configDir, hostname: name, table }, { ...options, after: taps })];

  // The start command: once in each life of the node, its output and exit status kept on the host.
  const log = `${logDir}/${name}/start_command`;
  const files = { stdout: `${log}.out`, stderr: `${log}.err`, status: `${log}.status` };
  const started =
    startup === undefined
      ? []
      : [
          effect.task(
            { name: `start-${name}`, enter: first, argv: ['sh', '-c', startup], ...files },
            { node: name, failure: 'nonfatal', after: [...plugs, ...routes] },
          ),
        ];

  return [netns, ...taps, first, ...plugs, ...routes, ...started];
}
