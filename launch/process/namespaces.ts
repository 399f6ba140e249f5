import { defineStage, effect } from 'benito-pipeline';
import type { Effect, NetnsSpec, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The network namespace of every process node, by name. */
    processNamespaces: One<Readonly<Record<string, Effect<NetnsSpec>>>>;
  }
}

/** A network namespace per node, PROJECT.EXPERIMENT.NODE: forwarding where it has several interfaces, IPv6 as the site says. */
export default defineStage({
  summary: 'Make the network namespaces of the process nodes',
  needs: ['experiment', 'nodes', 'settings'],
  provides: ['processNamespaces'],
  plan({ facts: { experiment, nodes, settings } }) {
    const awake = nodes.filter(({ ghost }) => !ghost);
    const effects = awake.map(({ name, interfaces, failureAction }) =>
      effect.netns(
        {
          name: `${experiment.project}.${experiment.name}.${name}`,
          sysctls: {
            ...(!settings.ipv6 && {
              'net/ipv6/conf/all/disable_ipv6': '1',
              'net/ipv6/conf/default/disable_ipv6': '1',
            }),
            // A multi-homed node answers on every one of its addresses, whichever way the question came.
            'net/ipv4/conf/all/rp_filter': '0',
            'net/ipv4/conf/default/rp_filter': '0',
            ...(interfaces.length > 1 && { 'net/ipv4/ip_forward': '1' }),
          },
        },
        { node: name, failure: failureAction },
      ),
    );
    return {
      effects,
      facts: {
        processNamespaces: Object.fromEntries(awake.map(({ name }, index) => [name, effects[index]!])),
      },
    };
  },
});
