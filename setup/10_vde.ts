import { UserError, assignPorts, defineStage, earlierPorts, withAttribute } from 'benito-pipeline';
import type { Element, SwitchFact, Topology } from 'benito-pipeline';

/** One switch per substrate that a computer is on; every interface gets a port of it, by number. */
export default defineStage({
  summary: 'Lay out the VDE switches and give every interface its port',
  needs: ['experiment', 'identified', 'embedding', 'previous'],
  provides: ['wired', 'switches'],
  plan({ facts: { experiment, identified, embedding, previous } }) {
    const earlier = previous ? earlierPorts(previous.topology, previous.switches) : undefined;
    const { topology, plan, problems } = assignPorts(identified, earlier);
    if (problems.length > 0) throw new UserError(problems);

    const used = new Set(plan.ports.map(({ substrate }) => substrate));
    const socketOf = (substrate: string): string => `${experiment.stateDir}/vde/${substrate}`;
    const switches = plan.switches
      .filter(({ substrate }) => used.has(substrate))
      .map(({ substrate, ports }): SwitchFact => ({
        substrate,
        pnode: embedding.pnodes[0]!.name,
        socket: socketOf(substrate),
        ports,
      }));
    const wired: Topology = {
      ...topology,
      elements: topology.elements.map((element) => plug(element, socketOf)),
    };
    return { facts: { wired, switches } };
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
