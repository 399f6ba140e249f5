import {
  UserError,
  assignPorts,
  defineStage,
  earlierPorts,
  layOutTrunks,
  withAttribute,
} from 'benito-pipeline';
import type { Crossing, Element, SwitchFact, Topology, TrunkEnd } from 'benito-pipeline';

/**
 * One switch per substrate and pnode that has computers on it; every interface gets a port of its switch, by number. Where
 * a substrate has several switches, a port of each is kept free for every trunk that is to join it to another.
 */
export default defineStage({
  summary: 'Lay out the VDE switches and give every interface its port',
  needs: ['experiment', 'settings', 'identified', 'embedding', 'previous'],
  provides: ['wired', 'switches', 'crossings'],
  plan({ facts: { experiment, settings, identified, embedding, previous } }) {
    const pnodeOf = new Map(embedding.pnodes.flatMap(({ name, nodes }) => nodes.map((node) => [node, name])));
    const trunks = layOutTrunks(identified, pnodeOf, previous?.crossings);
    const earlier = previous
      ? earlierPorts(previous.topology, previous.switches, previous.crossings)
      : undefined;
    const { topology, plan, problems } = assignPorts(identified, earlier, { pnodeOf, trunks });
    if (problems.length > 0) throw new UserError(problems);

    // A site that lists pnodes has switches called after them too.
    const folder = `${experiment.stateDir}/vde`;
    const socketOf = (substrate: string, pnode: string): string =>
      settings.pnodes.length === 0 ? `${folder}/${substrate}` : `${folder}/${pnode}.${substrate}`;
    const switches = plan.switches
      .flatMap(({ substrate, pnode, ports }): SwitchFact[] =>
        pnode === undefined ? [] : [{ substrate, pnode, socket: socketOf(substrate, pnode), ports }],
      )
      .sort((a, b) => (a.pnode === b.pnode ? 0 : a.pnode < b.pnode ? -1 : 1));
    const crossings = new Map<string, Crossing['trunks'][number][]>();
    for (const { substrate, pnodes, ports } of plan.trunks) {
      const end = (at: 0 | 1): TrunkEnd => ({
        pnode: pnodes[at],
        socket: socketOf(substrate, pnodes[at]),
        port: ports[at],
      });
      crossings.set(substrate, [...(crossings.get(substrate) ?? []), [end(0), end(1)]]);
    }
    const wired: Topology = {
      ...topology,
      elements: topology.elements.map((element) =>
        plug(element, (substrate) => socketOf(substrate, pnodeOf.get(element.name ?? '')!)),
      ),
    };
    return {
      facts: {
        wired,
        switches,
        crossings: [...crossings].map(([substrate, ends]): Crossing => ({ substrate, trunks: ends })),
      },
    };
  },
});

function plug(element: Element, socketOf: (substrate: string) => string): Element {
  if (element.type !== 'computer') return element;
  const interfaces = element.interfaces.map((one) => ({
    ...one,
    attributes: withAttribute(one.attributes, 'benito:vde_switch', socketOf(one.substrates[0]!)),
  }));
  return { ...element, interfaces };
}
