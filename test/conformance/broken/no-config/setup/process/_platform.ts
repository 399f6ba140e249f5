import { definePlatform } from 'benito-pipeline';
import shipped from '../../../../../../setup/process/_platform.ts';

/** Commands run in the host's file systems. */
export default definePlatform({
  ...shipped,
  verbs: {
    ...shipped.verbs,
    exec: ({ name }) => ({ process: `node-${name}`, namespaces: ['net', 'uts', 'pid'], hostTools: true }),
  },
});
