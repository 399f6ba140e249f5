import { defineStage, effect } from 'benito-pipeline';
import type { Effect, NetnsSpec, One } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The network namespace of every container, by node. */
    containerNamespaces: One<Readonly<Record<string, Effect<NetnsSpec>>>>;
  }
}

/** A network namespace per node, PROJECT.EXPERIMENT.NODE: forwarding where it has several interfaces, IPv6 as the site says. */
export default defineStage({
  summary: 'Make the network namespaces of the containers',
  needs: ['experiment', 'nodes', 'settings'],
  provides: ['containerNamespaces'],
  plan({ facts: { experiment, nodes, settings } }) {
    const namespaces = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name: node, interfaces, failureAction }) => {
        const sysctls = {
          ...(!settings.ipv6 && {
            'net/ipv6/conf/all/disable_ipv6': '1',
            'net/ipv6/conf/default/disable_ipv6': '1',
          }),
          // A multi-homed node answers on every one of its addresses, whichever way the question came.
          'net/ipv4/conf/all/rp_filter': '0',
          'net/ipv4/conf/default/rp_filter': '0',
          ...(interfaces.length > 1 && { 'net/ipv4/ip_forward': '1' }),
        };
        const name = `${experiment.project}.${experiment.name}.${node}`;
        return [node, effect.netns({ name, sysctls }, { node, failure: failureAction })] as const;
      });
    return {
      effects: namespaces.map(([, netns]) => netns),
      facts: { containerNamespaces: Object.fromEntries(namespaces) },
    };
  },
});
