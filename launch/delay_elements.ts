import { defineStage, delayElements, effect, fileBeside, vlansOf, withChanges } from 'benito-pipeline';
import type {
  DelayElement,
  Effect,
  NetworkShape,
  Settings,
  ShapeChanges,
  SwitchFact,
  SwitchVlans,
  Wire,
} from 'benito-pipeline';

/** The elements of each switch are one process, beside it; they take what is changed while they run. */
export default defineStage({
  summary: 'Put the delay elements beside the VDE switches of this pnode',
  needs: [
    'experiment',
    'pnode',
    'settings',
    'switches',
    'switchProcesses',
    'shaping',
    'delayElements',
    'vlans',
    'shapeChanges',
  ],
  provides: ['linkShapers'],
  plan({ facts }) {
    const { experiment, switchProcesses } = facts;
    const running = facts.switches.filter(
      ({ pnode, substrate }) => pnode === facts.pnode.name && switchProcesses[substrate],
    );
    const { elements, vlans } = withShapeChanges(facts);
    const shaped = running.filter(({ socket }) => elements.some((one) => one.switch === socket));
    if (shaped.length === 0) return { effects: [], facts: { linkShapers: {} } };

    const folder = effect.directory({ path: `${experiment.stateDir}/delay`, mode: '0700' });
    const parts = shaped.map(({ substrate, socket }) => {
      const beside = switchProcesses[substrate]!;
      const own = effect.directory(
        { path: `${folder.spec.path}/${substrate}`, mode: '0700' },
        { after: [folder] },
      );
      const file = `${own.spec.path}/parameters`;
      const mine = elements.filter((one) => one.switch === socket);
      const apart = vlans.find((one) => one.switch === socket)!;
      const script = ['perl', fileBeside(import.meta.url, '_vlans.pl'), `${socket}.mgmt`];
      const vlan = effect.command({
        identity: `VLANs of ${socket}`,
        label: `the VLANs of the switch of ${substrate}`,
        of: [beside],
        make: [...script, ...apart.vlans.map((one) => `${one.vlan}:${one.ports.join(',')}`)],
        // An inner port stays where it is: with both its ports in one VLAN an element is a loop.
        unmake: [...script, `0:${apart.vlans.map(({ vlan: port }) => port).join(',')}`],
      });
      const parameters = effect.file(
        { path: file, content: parametersOf(socket, mine, facts.settings.shaping.awake) },
        { after: [own, vlan] },
      );
      const process = effect.process(
        {
          name: `delay-${substrate}`,
          label: `the delay elements of ${substrate}`,
          argv: ['perl', fileBeside(import.meta.url, '_delay.pl'), file, `${own.spec.path}/ready`],
          start: 'stays',
          creates: [`${own.spec.path}/ready`],
          ready: { file: `${own.spec.path}/ready` },
        },
        { after: [parameters], diesWith: [beside] },
      );
      return { substrate, process, effects: [own, vlan, parameters, process] };
    });
    return {
      effects: [folder, ...parts.flatMap(({ effects }): readonly Effect<unknown>[] => effects)],
      facts: { linkShapers: Object.fromEntries(parts.map(({ substrate, process }) => [substrate, process])) },
    };
  },
});

interface Laid {
  readonly settings: Settings;
  readonly switches: readonly SwitchFact[];
  readonly shaping: readonly NetworkShape[];
  readonly delayElements: readonly DelayElement[];
  readonly vlans: readonly SwitchVlans[];
  readonly shapeChanges: ShapeChanges;
}

/** The elements and VLANs as setup laid them out, but for networks that `shape` has changed. */
function withShapeChanges({
  settings,
  switches,
  shaping,
  delayElements: laidOut,
  vlans,
  shapeChanges,
}: Laid): { elements: readonly DelayElement[]; vlans: readonly SwitchVlans[] } {
  const sizes = new Map(switches.map(({ socket, ports }) => [socket, ports]));
  const changed = shaping.flatMap((network) => {
    const now = withChanges(network, shapeChanges, settings.shaping.queue);
    return now === network ? [] : [now];
  });
  const names = new Set(changed.map(({ substrate }) => substrate));
  const fresh = changed.flatMap((network) => delayElements(network, sizes));
  return {
    elements: [...laidOut.filter(({ substrate }) => !names.has(substrate)), ...fresh],
    vlans: [...vlans.filter(({ substrate }) => !names.has(substrate)), ...vlansOf(fresh)],
  };
}

function parametersOf(socket: string, elements: readonly DelayElement[], awake: boolean): string {
  const lines = elements.flatMap(({ inner, outer, out, in: back }) => [
    `element ${inner} ${outer}`,
    `out${wireText(out)}`,
    `in${wireText(back)}`,
  ]);
  return [`switch ${socket}`, ...(awake ? ['awake'] : []), ...lines, 'end', ''].join('\n');
}

function wireText(wire: Wire): string {
  return Object.entries(wire)
    .map(([key, value]) => ` ${key}=${value === true ? 1 : value}`)
    .join('');
}
