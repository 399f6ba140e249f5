import { attribute, computers, defineStage } from 'benito-pipeline';

/**
 * The names of every interface, in the form that readers of the original know: `NODE-SUBSTRATE NODE-INDEX`, and the
 * bare name on the node's first interface.
 */
export default defineStage({
  summary: 'Write the hosts file that every node has as its /etc/hosts',
  needs: ['wired'],
  provides: ['hosts'],
  plan({ facts: { wired } }) {
    const lines = computers(wired).flatMap(({ name, interfaces }) =>
      interfaces.map((one, index) => {
        const names = [`${name}-${one.substrates[0]}`, `${name}-${index}`, ...(index === 0 ? [name] : [])];
        return `${attribute(one, 'ip4_address')}\t${names.join(' ')}\n`;
      }),
    );
    return { facts: { hosts: ['127.0.0.1\tlocalhost\n', ...lines].join('') } };
  },
});
